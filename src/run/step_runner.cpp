// SPDX-License-Identifier: BSD-2-Clause
#include "run/step_runner.hpp"

#include "base/overloaded.hpp"
#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "core/modules/swap_scope.hpp"
#include "run/guard.hpp"
#include "run/records.hpp"

#include <algorithm>

namespace onload_node {

namespace {

/// How often udev may put the in-tree driver back between our unload and our load before we give
/// up.
constexpr int max_load_attempts = 5;

/// A rename is one event for udev; it does not wait for hardware.
constexpr Milliseconds rename_limit = std::chrono::seconds(5);

constexpr Milliseconds stop_limit = std::chrono::seconds(10);

constexpr const char* time_marker_text =
    "Written by onload-node: while this file is here chronyd does not start.\n";

const PortOutcome* outcome_of(const std::vector<PortOutcome>& outcomes, const PciAddress& address) {
    const auto found =
        std::ranges::find_if(outcomes, [&](const PortOutcome& o) { return o.address == address; });
    return found == outcomes.end() ? nullptr : &*found;
}

bool has_name(const PortOutcome& outcome, const std::string& name) {
    return name.empty() || contains(outcome.interfaces, name);
}

std::string without_interface(
    const std::vector<PortExpectation>& ports, const std::vector<PortOutcome>& outcomes
) {
    std::string text;
    for (const auto& port : ports) {
        const PortOutcome* const outcome = outcome_of(outcomes, port.address);
        if (outcome == nullptr || outcome->driver.empty() || outcome->interfaces.empty()) {
            const bool driven = outcome != nullptr && !outcome->driver.empty();
            append(text, ", ", port.address.to_string());
            text += driven ? compose(" (driver {})", outcome->driver) : " (no driver)";
        }
    }
    return text;
}

std::vector<PortExpectation>
misnamed(const std::vector<PortExpectation>& ports, const std::vector<PortOutcome>& outcomes) {
    std::vector<PortExpectation> wrong;
    for (const auto& port : ports) {
        const PortOutcome* const outcome = outcome_of(outcomes, port.address);
        if (outcome != nullptr && !has_name(*outcome, port.name)) {
            wrong.push_back(port);
        }
    }
    return wrong;
}

}  // namespace

Result<void> StepRunner::run(const Step& step) {
    return match(
        Overloaded{
            [&](const WriteLinkFile& s) { return access_.files.write(s.path, s.content); },
            [&](const RemoveLinkFile& s) { return access_.files.remove(s.path); },
            [&](const RememberNames& s) { return remember(s); },
            [&](const BlockAutoload& s) { return write(paths::autoload_rules, s.content); },
            [&](const UnblockAutoload&) { return remove(paths::autoload_rules); },
            [&](const WriteTimeMarker&) { return write(paths::time_marker, time_marker_text); },
            [&](const RemoveTimeMarker&) { return remove(paths::time_marker); },
            [&](const ReloadUdev&) { return access_.units.reload_udev(); },
            [&](const TriggerInterfaces& s) {
                return access_.devices.trigger_interfaces(s.address);
            },
            [&](const UnloadModule& s) { return unload(s); },
            [&](const LoadModule& s) { return load(s); },
            [&](const AwaitPorts& s) { return await(s); },
            [&](const ArmGuard& s) { return write_guard(access_.files, s.record); },
            [&](const DisarmGuard& s) { return disarm_guard(access_.files, s.boot_id); },
            [&](const SetKernelSetting& s) {
                return access_.kernel.set(s.name, s.value, s.only_over);
            },
            [&](const HoldFunctions& s) { return access_.drivers.hold(s.functions); },
            [&](const ReleaseFunctions& s) { return access_.drivers.release(s.functions); },
            [&](const BindFunctions& s) { return bind(s); },
            [&](const MaskUnit& s) { return access_.units.mask(s.id); },
            [&](const UnmaskUnit& s) { return access_.units.unmask(s.id); },
            [&](const StopUnit& s) { return access_.units.stop(s.id, stop_limit); },
            [&](const StartUnit& s) { return access_.units.start(s.id); },
        },
        step
    );
}

Result<void> StepRunner::write(std::string_view path, const std::string& content) {
    return access_.files.write(std::string(path), content);
}

Result<void> StepRunner::remove(std::string_view path) {
    return access_.files.remove(std::string(path));
}

/// Names that are forgotten can be learnt again: no reason to do without the driver.
Result<void> StepRunner::remember(const RememberNames& step) {
    if (const auto written = write(paths::names_file, step.content); !written) {
        access_.progress.notice(
            "the names of the ports are not remembered: " + written.error().message
        );
    }
    return {};
}

Result<void> StepRunner::check_loaded(const LoadModule& step) const {
    const auto now = access_.modules.loaded(step.name);
    if (!now) {
        return failure(
            ErrorCode::mismatch,
            compose("module {} is not in the kernel after it was loaded", step.name.str())
        );
    }
    if (now->origin != step.origin || (!step.build_id.empty() && now->build_id != step.build_id)) {
        return failure(
            ErrorCode::mismatch,
            compose(
                "the kernel has another build of {} ({}) than the one wanted ({})",
                step.name.str(),
                short_build_id(now->build_id),
                short_build_id(step.build_id)
            )
        );
    }
    return {};
}

Result<void> StepRunner::load(const LoadModule& step) {
    for (int attempt = 1;; ++attempt) {
        auto loaded = access_.modules.load(step, limits_.probe);
        if (!loaded && loaded.error().code != ErrorCode::exists) {
            return loaded;
        }
        auto right = check_loaded(step);
        if (right) {
            return step.origin == Origin::out_of_tree ? record_load(access_.files, step)
                                                      : Result<void>();
        }
        if (loaded || attempt == max_load_attempts) {
            return right;
        }
        // Somebody, udev most likely, was faster than we were.
        access_.progress.notice(
            compose("another build of {} came in between; taking it out again", step.name.str())
        );
        TRY(access_.modules.unload(step.name, limits_.unload, limits_.probe));
    }
}

Result<void> StepRunner::unload(const UnloadModule& step) {
    // A module that may stay gets one chance, not the whole time limit.
    auto unloaded = access_.modules.unload(
        step.name, step.tolerate_use ? Milliseconds(0) : limits_.unload, limits_.probe
    );
    if (!unloaded && step.tolerate_use && unloaded.error().code == ErrorCode::busy) {
        return {};
    }
    return unloaded;
}

Result<void> StepRunner::bind(const BindFunctions& step) {
    auto bound = access_.drivers.bind(step.functions, step.modules, limits_.probe);
    if (bound || !step.optional || bound.error().code == ErrorCode::hung) {
        return bound;
    }
    access_.progress.notice("going on without a port: " + bound.error().message);
    return {};
}

Result<std::vector<PortExpectation>> StepRunner::to_be_awaited(const AwaitPorts& step) {
    auto ports = step.ports;
    if (step.if_driven.empty()) {
        return ports;
    }
    const auto now = TRY(access_.devices.await(step.if_driven, Milliseconds(0)));
    for (const auto& port : step.if_driven) {
        const PortOutcome* const outcome = outcome_of(now, port.address);
        if (outcome != nullptr && !outcome->driver.empty()) {
            ports.push_back(port);
        }
    }
    return ports;
}

Result<void> StepRunner::await(const AwaitPorts& step) {
    const auto ports = TRY(to_be_awaited(step));
    const auto outcomes = TRY(access_.devices.await(ports, limits_.probe));
    const std::string missing = without_interface(ports, outcomes);
    if (!missing.empty()) {
        return failure(
            ErrorCode::timeout,
            compose(
                "no interface within {} ms (limits.probe) for {}; the kernel log says what the "
                "driver met",
                std::to_string(limits_.probe.count()),
                missing
            )
        );
    }
    if (const auto wrong = misnamed(ports, outcomes); !wrong.empty()) {
        rename_again(wrong);
    }
    return {};
}

/// udevd may have missed that its files changed. A port that cannot get its name keeps the
/// kernel's: no reason to take the driver out.
void StepRunner::rename_again(const std::vector<PortExpectation>& wrong) {
    if (const auto reloaded = access_.units.reload_udev(); !reloaded) {
        access_.progress.notice(
            "udevd could not be told to read its files again: " + reloaded.error().message
        );
    }
    for (const auto& port : wrong) {
        if (const auto triggered = access_.devices.trigger_interfaces(port.address); !triggered) {
            access_.progress.notice(triggered.error().message);
        }
    }
    const auto outcomes = access_.devices.await(wrong, rename_limit);
    if (!outcomes) {
        access_.progress.notice(outcomes.error().message);
        return;
    }
    for (const auto& port : misnamed(wrong, *outcomes)) {
        access_.progress.notice(
            compose("the port {} did not get the name {}", port.address.to_string(), port.name)
        );
    }
}

}  // namespace onload_node
