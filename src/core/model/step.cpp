// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/step.hpp"

#include "base/overloaded.hpp"
#include "base/text.hpp"
#include "core/model/paths.hpp"

namespace onload_node {

namespace {

std::string describe_load(const LoadModule& step) {
    std::string text = step.origin == Origin::in_tree ? "load in-tree " : "load out-of-tree ";
    text += compose("{} from {}", step.name.str(), step.path);
    for (const auto& [name, value] : step.parameters) {
        text += compose(" {}={}", name, value);
    }
    return text;
}

std::string describe_await(const AwaitPorts& step) {
    std::string text = "wait for the interface of";
    for (const auto& port : step.ports) {
        text += " " + port.address.to_string();
        if (!port.name.empty()) {
            text += compose(" ({})", port.name);
        }
    }
    return text;
}

std::string addresses(const std::vector<PciAddress>& functions) {
    std::string text;
    for (const auto& function : functions) {
        append(text, " ", function.to_string());
    }
    return text;
}

}  // namespace

std::string describe(const Step& step) {
    return match(
        Overloaded{
            [](const WriteLinkFile& s) { return "write " + s.path; },
            [](const RemoveLinkFile& s) { return "remove " + s.path; },
            [](const RememberNames&) { return compose("write {}", paths::names_file); },
            [](const BlockAutoload&) { return compose("write {}", paths::autoload_rules); },
            [](const UnblockAutoload&) { return compose("remove {}", paths::autoload_rules); },
            [](const WriteTimeMarker&) { return compose("write {}", paths::time_marker); },
            [](const RemoveTimeMarker&) { return compose("remove {}", paths::time_marker); },
            [](const ReloadUdev&) { return std::string("have udevd read its files again"); },
            [](const TriggerInterfaces& s) {
                return "have udev name the interfaces of " + s.address.to_string();
            },
            [](const UnloadModule& s) { return "unload " + s.name.str(); },
            [](const LoadModule& s) { return describe_load(s); },
            [](const AwaitPorts& s) { return describe_await(s); },
            [](const ArmGuard& s) {
                return "count attempt " + std::to_string(s.record.attempts) + " in the boot guard";
            },
            [](const DisarmGuard&) {
                return std::string("take this boot's attempt out of the boot guard");
            },
            [](const SetKernelSetting& s) { return "set " + s.name + " to " + s.value; },
            [](const HoldFunctions& s) { return "keep drivers from " + addresses(s.functions); },
            [](const ReleaseFunctions& s) { return "let drivers have " + addresses(s.functions); },
            [](const BindFunctions& s) {
                return "bind " + addresses(s.functions) + ", each by itself";
            },
            [](const MaskUnit& s) { return "mask " + s.id + " until the next boot"; },
            [](const UnmaskUnit& s) { return "unmask " + s.id; },
            [](const StopUnit& s) { return "stop " + s.id; },
            [](const StartUnit& s) { return "start " + s.id; },
        },
        step
    );
}

std::string key(const Step& step) {
    return match(
        Overloaded{
            [](const WriteLinkFile& s) { return "write " + file_name(s.path); },
            [](const RemoveLinkFile& s) { return "remove " + file_name(s.path); },
            [](const RememberNames&) { return "write " + file_name(paths::names_file); },
            [](const BlockAutoload&) { return "write " + file_name(paths::autoload_rules); },
            [](const UnblockAutoload&) { return "remove " + file_name(paths::autoload_rules); },
            [](const WriteTimeMarker&) { return "write " + file_name(paths::time_marker); },
            [](const RemoveTimeMarker&) { return "remove " + file_name(paths::time_marker); },
            [](const ReloadUdev&) { return std::string("reload udev"); },
            [](const TriggerInterfaces& s) { return "trigger " + s.address.to_string(); },
            [](const UnloadModule& s) { return "unload " + s.name.str(); },
            [](const LoadModule& s) { return "load " + s.name.str(); },
            [](const AwaitPorts&) { return std::string("await ports"); },
            [](const ArmGuard&) { return std::string("arm guard"); },
            [](const DisarmGuard&) { return std::string("disarm guard"); },
            [](const SetKernelSetting& s) { return "set " + s.name; },
            [](const HoldFunctions&) { return std::string("hold functions"); },
            [](const ReleaseFunctions&) { return std::string("release functions"); },
            [](const BindFunctions&) { return std::string("bind functions"); },
            [](const MaskUnit& s) { return "mask " + s.id; },
            [](const UnmaskUnit& s) { return "unmask " + s.id; },
            [](const StopUnit& s) { return "stop " + s.id; },
            [](const StartUnit& s) { return "start " + s.id; },
        },
        step
    );
}

namespace {

StepSubject about_functions(const std::vector<PciAddress>& addresses) {
    StepSubject subject;
    for (const auto& address : addresses) {
        subject.functions.push_back(address.to_string());
    }
    return subject;
}

StepSubject about_ports(const AwaitPorts& step) {
    StepSubject subject;
    for (const auto* const ports : {&step.ports, &step.if_driven}) {
        for (const auto& port : *ports) {
            subject.functions.push_back(port.address.to_string());
            if (!port.name.empty()) {
                subject.interfaces.push_back(port.name);
            }
        }
    }
    return subject;
}

StepSubject about_bound(const BindFunctions& step) {
    auto subject = about_functions(step.functions);
    for (const auto& module : step.modules) {
        subject.modules.push_back(module.str());
    }
    return subject;
}

StepSubject about_module(const ModuleName& name) {
    return {.modules = {name.str()}, .functions = {}, .interfaces = {}, .units = {}};
}

StepSubject about_unit(const std::string& id) {
    return {.modules = {}, .functions = {}, .interfaces = {}, .units = {id}};
}

}  // namespace

StepSubject subject_of(const Step& step) {
    return match(
        Overloaded{
            [](const TriggerInterfaces& s) { return about_functions({s.address}); },
            [](const UnloadModule& s) { return about_module(s.name); },
            [](const LoadModule& s) { return about_module(s.name); },
            [](const AwaitPorts& s) { return about_ports(s); },
            [](const HoldFunctions& s) { return about_functions(s.functions); },
            [](const ReleaseFunctions& s) { return about_functions(s.functions); },
            [](const BindFunctions& s) { return about_bound(s); },
            [](const MaskUnit& s) { return about_unit(s.id); },
            [](const UnmaskUnit& s) { return about_unit(s.id); },
            [](const StopUnit& s) { return about_unit(s.id); },
            [](const StartUnit& s) { return about_unit(s.id); },
            // Files, udev, sysctls and the guard: the key of the step says all.
            [](const auto&) { return StepSubject(); },
        },
        step
    );
}

}  // namespace onload_node
