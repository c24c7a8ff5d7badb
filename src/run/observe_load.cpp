// SPDX-License-Identifier: BSD-2-Clause
#include "base/text.hpp"
#include "core/formats/kernel_arguments.hpp"
#include "core/model/kernel_release.hpp"
#include "core/model/paths.hpp"
#include "run/observe_parts.hpp"

#include <algorithm>
#include <utility>

namespace onload_node {

namespace {

/// Calls `take` with each line that is not empty.
template <typename Take>
void for_each_line(std::string_view text, Take take) {
    while (!text.empty()) {
        if (const auto line = take_until(text, "\n"); !line.empty()) {
            take(line);
        }
    }
}

Symbols wanted_symbols(const StagedTree& staged) {
    Symbols wanted;
    for (const auto& [name, file] : staged.modules) {
        for (const auto& [symbol, need] : file.needs) {
            wanted[symbol];
        }
    }
    return wanted;
}

/// What makes the kernel refuse unsigned modules; "" if nothing does.
std::string enforcement(const Files& files) {
    const auto parameter = files.read(paths::signature_enforcement);
    if (parameter && parameter->substr(0, 1) == "Y") {
        return "module.sig_enforce";
    }
    // "none [integrity] confidentiality"
    const auto lockdown = files.read(paths::lockdown);
    const bool locked = lockdown && lockdown->find('[') != std::string::npos &&
                        lockdown->find("[none]") == std::string::npos;
    return locked ? "lockdown" : "";
}

/// Whether the first processor of /proc/cpuinfo has this flag; all of a machine have the same.
bool has_flag(std::string_view processors, std::string_view flag) {
    while (!processors.empty()) {
        auto line = take_until(processors, "\n");
        if (take_until(line, "\t:") != "flags") {
            continue;
        }
        while (!line.empty()) {
            if (take_until(line, " ") == flag) {
                return true;
            }
        }
        return false;
    }
    return false;
}

/// Looks at the processor, which takes its time, only for a module that minds, under a kernel that
/// may.
std::string branch_tracking(const Observed& observed, const Files& files) {
    const bool all_built_for_it =
        std::ranges::all_of(observed.staged.modules, [](const auto& entry) {
            return entry.second.branch_targets;
        });
    // The kernel has it since then. (Source: Linux, commit 991625f3dd2c.)
    if (all_built_for_it || !is_at_least(observed.kernel, 5, 18)) {
        return {};
    }
    const auto arguments = files.read(paths::kernel_command_line);
    const auto processors = files.read(paths::processors);
    const bool enforced = processors && has_flag(*processors, "ibt") &&
                          branch_tracking_wanted(arguments.value_or(std::string()));
    return enforced ? "this processor" : "";
}

PinsFile read_pins(const Files& files, const std::string& path) {
    auto text = files.read(path);
    if (text) {
        return {true, std::move(*text), ""};
    }
    const bool absent = text.error().code == ErrorCode::not_found;
    return {!absent, "", absent ? "" : text.error().message};
}

}  // namespace

std::vector<std::string> key_descriptions(std::string_view text) {
    // The kernel cuts the type off after nine characters.
    constexpr std::string_view type = " asymmetri";
    std::vector<std::string> keys;
    for_each_line(text, [&](std::string_view line) {
        const auto at = line.find(type);
        if (at != std::string_view::npos) {
            keys.emplace_back(line.substr(at + type.size()));
        }
    });
    return keys;
}

void observe_demands(Observed& observed, const Config& config, const Sensors& sensors) {
    const auto wanted = wanted_symbols(observed.staged);
    if (!wanted.empty()) {
        observed.symbols = sensors.trees.kernel_symbols(observed.kernel, wanted);
    }
    observed.pins = read_pins(sensors.files, config.driver.pins);
    if (observed.scope == Scope::other_root) {
        return;
    }
    observed.branch_tracking_by = branch_tracking(observed, sensors.files);
    observed.signatures.enforced_by = enforcement(sensors.files);
    // A kernel that demands signatures has a key. Who is shown none may not see them: not root.
    if (auto keys = key_descriptions(sensors.files.read(paths::keys).value_or("")); !keys.empty()) {
        observed.signatures.keys = std::move(keys);
    }
}

void observe_users(Observed& observed, const Sensors& sensors) {
    observed.onload_stacks = 0;
    if (const auto stacks = sensors.files.read(paths::onload_stacks)) {
        for_each_line(*stacks, [&](std::string_view) { ++observed.onload_stacks; });
    }
}

}  // namespace onload_node
