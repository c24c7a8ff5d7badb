// SPDX-License-Identifier: BSD-2-Clause
#include "system/devices/pci_drivers.hpp"

#include "base/text.hpp"
#include "core/model/onload.hpp"
#include "core/model/paths.hpp"
#include "system/files/file_bytes.hpp"
#include "system/processes/children.hpp"
#include "system/system_error.hpp"

#include <cerrno>
#include <filesystem>
#include <utility>

#include <unistd.h>

namespace onload_node {

namespace {

namespace fs = std::filesystem;

/// The kernel takes this for "no driver_override".
constexpr const char* no_override = "\n";

bool is_gone(int number) {
    return number == ENOENT || number == ENODEV;
}

/// Explains an errno value of a driver's bind file to an administrator.
std::string why_not_bound(int number) {
    if (number == ENODEV) {
        return "no staged driver takes it, or its probe found no hardware that it knows";
    }
    return "the probe of the driver failed: " + text_of_errno(number);
}

/// 0, or the errno value of the last driver asked. Runs in a child: it may only call the kernel.
int bind_one(const std::string& function, const std::vector<std::string>& files) {
    int last = ENODEV;
    for (const auto& file : files) {
        last = write_attribute(file, function);
        // EBUSY: the function has a driver already. Whether it is the right one is checked later.
        if (last == 0 || last == EBUSY) {
            return 0;
        }
        if (last != ENODEV) {
            return last;
        }
    }
    return last;
}

}  // namespace

PciDrivers::PciDrivers(std::string root, Milliseconds override_limit)
    : root_(std::move(root)), override_limit_(override_limit) {}

std::string PciDrivers::function_file(const PciAddress& function, const char* name) const {
    return root_ + compose("{}/{}/{}", paths::sys_pci_devices, function.to_string(), name);
}

/// Lets `change` loose on the driver_override of each function, in a child process: the kernel
/// takes the device's lock even for a look at it, and a probe may have that for good.
Result<void> PciDrivers::change_overrides(
    const std::vector<PciAddress>& functions, int (*change)(const std::string& path)
) const {
    const auto outcomes = run_in_children(
        functions.size(),
        [&](std::size_t i, int) { return change(function_file(functions[i], "driver_override")); },
        override_limit_
    );
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        const auto path = function_file(functions[i], "driver_override");
        if (outcomes[i].end != ChildOutcome::End::returned) {
            return failure(
                ErrorCode::hung,
                compose("the kernel does not answer at {}: something holds the device", path)
            );
        }
        if (outcomes[i].value != 0) {
            return errno_failure("cannot write to " + path, outcomes[i].value);
        }
    }
    return {};
}

Result<void> PciDrivers::hold(const std::vector<PciAddress>& functions) {
    return change_overrides(functions, [](const std::string& path) {
        return write_attribute(path, std::string(onload::hold_driver));
    });
}

Result<void> PciDrivers::release(const std::vector<PciAddress>& functions) {
    return change_overrides(functions, [](const std::string& path) {
        const auto now = read_text_file(path);
        const bool ours = now && now->substr(0, now->find('\n')) == onload::hold_driver;
        const int number = ours ? write_attribute(path, no_override) : 0;
        return is_gone(number) ? 0 : number;
    });
}

/// The bind files of the PCI drivers that the modules have registered.
std::vector<std::string> PciDrivers::bind_files(const std::vector<ModuleName>& modules) const {
    constexpr std::string_view bus = "pci:";
    std::vector<std::string> files;
    for (const auto& module : modules) {
        const std::string directory =
            compose("{}{}/{}/drivers", root_, paths::sys_module, module.str());
        std::error_code error;
        fs::directory_iterator entry(directory, error);
        while (!error && entry != fs::directory_iterator()) {
            if (entry->path().filename().string().compare(0, bus.size(), bus) == 0) {
                files.push_back(entry->path().string() + "/bind");
            }
            entry.increment(error);
        }
    }
    return files;
}

Result<void> PciDrivers::bind(
    const std::vector<PciAddress>& functions,
    const std::vector<ModuleName>& modules,
    Milliseconds limit
) {
    TRY(release(functions));
    const auto files = bind_files(modules);
    const auto outcomes = run_in_children(
        functions.size(),
        [&](std::size_t i, int) { return bind_one(functions[i].to_string(), files); },
        limit
    );
    std::string text;
    bool hung = false;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        const auto& outcome = outcomes[i];
        if (outcome.end == ChildOutcome::End::returned && outcome.value == 0) {
            continue;
        }
        append(text, "; ", functions[i].to_string() + ": ");
        switch (outcome.end) {
        case ChildOutcome::End::returned:
            text += why_not_bound(outcome.value);
            break;
        case ChildOutcome::End::hung:
            text += compose(
                "the probe of the driver has not ended within {} ms (limits.probe)",
                std::to_string(limit.count())
            );
            hung = true;
            break;
        case ChildOutcome::End::died:
            text += "the kernel broke in the probe of the driver, see the kernel log";
            hung = true;
            break;
        }
    }
    return text.empty() ? Result<void>()
                        : failure(hung ? ErrorCode::hung : ErrorCode::io, std::move(text));
}

}  // namespace onload_node
