// SPDX-License-Identifier: BSD-2-Clause
#include "core/planning/inverse.hpp"

#include "base/overloaded.hpp"
#include "core/modules/load_order.hpp"

namespace onload_node {

namespace {

using Steps = std::vector<Step>;

/// The file as it was before the step, and udevd knows of it.
Steps restore_link_file(const std::string& path, const Observed& observed) {
    const auto before = observed.generated_files.find(path);
    if (before == observed.generated_files.end()) {
        return {RemoveLinkFile{path}, ReloadUdev{}};
    }
    return {WriteLinkFile{path, before->second}, ReloadUdev{}};
}

void append_in_tree_load(Steps& steps, const ModuleName& name, const Observed& observed) {
    const auto order = in_tree_order(name, observed);
    if (!order) {
        return;
    }
    for (const ModuleFile* const file : order->modules) {
        // No parameters: those configured are for the out-of-tree build, and the in-tree one may
        // refuse them.
        steps.emplace_back(LoadModule{
            file->name, Origin::in_tree, file->path, "", file->build_id, {}});
    }
}

/// Binds the functions and waits for their interfaces. To load a module is not enough: somebody may
/// have loaded it while the functions were held, and then it has not seen them.
void append_bound(
    Steps& steps,
    const std::vector<const NetworkFunction*>& functions,
    const std::vector<ModuleName>& modules
) {
    BindFunctions bind{{}, modules};
    AwaitPorts ports;
    for (const NetworkFunction* const function : functions) {
        bind.functions.push_back(function->address);
        ports.ports.push_back({function->address, ""});
    }
    if (!functions.empty()) {
        steps.emplace_back(std::move(bind));
        steps.emplace_back(std::move(ports));
    }
}

/// The functions that the in-tree driver is to have: those that the module `unloaded` carries, and
/// those without a driver that it would take. None that it has refused, and none with a
/// driver_override: that is for somebody else to end.
std::vector<const NetworkFunction*>
for_in_tree_driver(const Observed& observed, const std::string& unloaded = {}) {
    std::vector<const NetworkFunction*> functions;
    for (const auto& function : observed.functions) {
        const bool loses_driver = !function.driver.empty() && function.module() == unloaded;
        if (function.driver_override.empty() &&
            (loses_driver || lacks_in_tree_driver(function, observed))) {
            functions.push_back(&function);
        }
    }
    return functions;
}

Steps load_in_tree(const UnloadModule& step, const Observed& observed) {
    Steps steps;
    if (!observed.in_tree.contains(step.name)) {
        return steps;
    }
    append_in_tree_load(steps, step.name, observed);
    if (!steps.empty()) {
        append_bound(steps, for_in_tree_driver(observed, step.name.str()), {step.name});
    }
    return steps;
}

/// Udev may have passed over functions while the rule was there, and does not come back to them: we
/// load the in-tree driver in its place. A driver that was loaded already, but had not taken them,
/// was still in its init, which the swap has interrupted: the functions are bound to it.
Steps lift_autoload_block(const Observed& observed) {
    Steps steps{UnblockAutoload{}, ReloadUdev{}};
    const auto waiting = for_in_tree_driver(observed);
    if (waiting.empty()) {
        return steps;
    }
    std::vector<ModuleName> modules;
    for (const auto& [name, file] : observed.in_tree) {
        if (!observed.loaded.contains(name)) {
            append_in_tree_load(steps, name, observed);
        }
        modules.push_back(name);
    }
    append_bound(steps, waiting, modules);
    return steps;
}

/// Sets the value back only where ours is still there: a revert long after the swap must not undo
/// what an administrator has set since.
Steps restore_setting(const SetKernelSetting& step, const Observed& observed) {
    const auto before = observed.kernel_settings.find(step.name);
    if (before == observed.kernel_settings.end() || before->second == step.value) {
        return {};
    }
    return {SetKernelSetting{step.name, before->second, step.value}};
}

/// A displaced unit that the administrator had enabled is started again, even if it had not been
/// running yet.
Steps restore_unit(const MaskUnit& step, const Observed& observed) {
    Steps steps{UnmaskUnit{step.id}};
    for (const auto& [name, unit] : observed.units) {
        if (unit.id == step.id && unit.enabled()) {
            steps.emplace_back(StartUnit{step.id});
            break;
        }
    }
    return steps;
}

/// What the marker held back, and was enabled, is started again.
Steps lift_marker(const Observed& observed) {
    Steps steps{RemoveTimeMarker{}};
    for (const auto& [name, unit] : observed.units) {
        if (unit.heeds_marker && unit.enabled()) {
            steps.emplace_back(StartUnit{unit.id});
        }
    }
    return steps;
}

}  // namespace

Steps inverse(const Step& step, const Observed& observed) {
    return match(
        Overloaded{
            [&](const WriteLinkFile& s) { return restore_link_file(s.path, observed); },
            [&](const RemoveLinkFile& s) { return restore_link_file(s.path, observed); },
            // What was learnt stays true.
            [](const RememberNames&) { return Steps{}; },
            [&](const BlockAutoload&) { return lift_autoload_block(observed); },
            // The rule is there for the moment of the swap only: it is never put back.
            [](const UnblockAutoload&) { return Steps{}; },
            [&](const WriteTimeMarker&) { return lift_marker(observed); },
            // Giving the clock back is never undone: half of it is better than nothing.
            [](const RemoveTimeMarker&) { return Steps{}; },
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
            // A unit is unmasked only to give the clock back, which is never undone.
            [](const UnmaskUnit&) { return Steps{}; },
            [](const StopUnit& s) { return Steps{StartUnit{s.id}}; },
            [](const StartUnit& s) { return s.for_good ? Steps{} : Steps{StopUnit{s.id}}; },
        },
        step
    );
}

}  // namespace onload_node
