// SPDX-License-Identifier: BSD-2-Clause
#include "core/inverse.hpp"

#include "core/load_order.hpp"
#include "core/names.hpp"
#include "core/overloaded.hpp"

namespace onload_node {

namespace {

using Steps = std::vector<Step>;

bool udev_reads(const std::string& path) {
    return path == names::autoload_rules ||
           path.compare(0, names::link_directory.size(), names::link_directory) == 0;
}

Steps with_reload(Step step, const std::string& path) {
    Steps steps{std::move(step)};
    if (udev_reads(path)) {
        steps.emplace_back(ReloadUdev{});
    }
    return steps;
}

Steps restore_file(const std::string& path, const Observed& observed) {
    const auto before = observed.generated_files.find(path);
    if (before == observed.generated_files.end()) {
        return with_reload(RemoveFile{path}, path);
    }
    return with_reload(WriteFile{path, before->second}, path);
}

/// The autoload rule is never put back: it is there for the moment of the swap only.
Steps restore_removed(const RemoveFile& step, const Observed& observed) {
    const auto before = observed.generated_files.find(step.path);
    if (step.path == names::autoload_rules || before == observed.generated_files.end()) {
        return {};
    }
    return with_reload(WriteFile{step.path, before->second}, step.path);
}

Steps load_in_tree(const UnloadModule& step, const Observed& observed) {
    Steps steps;
    if (!observed.in_tree.contains(step.name)) {
        return steps;
    }
    const auto order = in_tree_order(step.name, observed);
    if (!order) {
        return steps;
    }
    for (const ModuleFile* const file : order->modules) {
        // No parameters: those configured are for the out-of-tree build, and the in-tree one may
        // refuse them.
        steps.emplace_back(LoadModule{
            file->name, Origin::in_tree, file->path, "", file->build_id, {}});
    }
    BindFunctions bind{{}, {step.name}};
    AwaitPorts ports;
    for (const auto& function : observed.functions) {
        const bool claimed = function.driver_override.empty() &&
                             (function.driver.empty() || function.driver == step.name.str());
        if (claimed) {
            bind.functions.push_back(function.address);
            ports.ports.push_back({function.address, ""});
        }
    }
    if (!ports.ports.empty()) {
        // Somebody may have loaded it while the functions were held: then it has not met them.
        steps.emplace_back(std::move(bind));
        steps.emplace_back(std::move(ports));
    }
    return steps;
}

/// Only where it is still ours: a revert long after the swap must not undo what an administrator
/// has set since.
Steps restore_setting(const SetKernelSetting& step, const Observed& observed) {
    const auto before = observed.kernel_settings.find(step.name);
    if (before == observed.kernel_settings.end() || before->second == step.value) {
        return {};
    }
    return {SetKernelSetting{step.name, before->second, step.value}};
}

/// A displaced unit that the administrator had enabled is started again, also when it had not come
/// to run yet.
Steps restore_unit(const MaskUnit& step, const Observed& observed) {
    Steps steps{UnmaskUnit{step.id}};
    for (const auto& [name, unit] : observed.units) {
        if (unit.id == step.id &&
            (unit.file_state == "enabled" || unit.file_state == "enabled-runtime")) {
            steps.emplace_back(StartUnit{step.id});
            break;
        }
    }
    return steps;
}

}  // namespace

Steps inverse(const Step& step, const Observed& observed) {
    return std::visit(
        Overloaded{
            [&](const WriteFile& s) { return restore_file(s.path, observed); },
            [&](const RemoveFile& s) { return restore_removed(s, observed); },
            [](const ReloadUdev&) { return Steps{}; },
            [](const TriggerInterfaces&) { return Steps{}; },
            [&](const UnloadModule& s) { return load_in_tree(s, observed); },
            [](const LoadModule& s) {
                return Steps{UnloadModule{s.name, s.origin == Origin::in_tree}};
            },
            [](const AwaitPorts&) { return Steps{}; },
            [](const ArmGuard& s) { return Steps{DisarmGuard{s.record.boot_id}}; },
            [](const DisarmGuard&) { return Steps{}; },
            [&](const SetKernelSetting& s) { return restore_setting(s, observed); },
            [](const HoldFunctions& s) { return Steps{ReleaseFunctions{s.functions}}; },
            [](const ReleaseFunctions&) { return Steps{}; },
            [](const BindFunctions&) { return Steps{}; },
            [&](const MaskUnit& s) { return restore_unit(s, observed); },
            [](const UnmaskUnit& s) { return Steps{MaskUnit{s.id}}; },
            [](const StopUnit& s) { return Steps{StartUnit{s.id}}; },
            [](const StartUnit& s) { return Steps{StopUnit{s.id}}; },
        },
        step
    );
}

}  // namespace onload_node
