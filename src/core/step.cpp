// SPDX-License-Identifier: BSD-2-Clause
#include "core/step.hpp"

#include "core/overloaded.hpp"

namespace onload_node {

namespace {

std::string file_name(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

std::string describe_load(const LoadModule& step) {
    std::string text = step.origin == Origin::in_tree ? "load in-tree " : "load out-of-tree ";
    text += step.name.str() + " from " + step.path;
    for (const auto& [name, value] : step.parameters) {
        text += " " + name + "=" + value;
    }
    return text;
}

std::string describe_await(const AwaitPorts& step) {
    std::string text = "wait for the interface of";
    for (const auto& port : step.ports) {
        text += " " + port.address.to_string();
        if (!port.name.empty()) {
            text += " (" + port.name + ")";
        }
    }
    return text;
}

}  // namespace

std::string describe(const Step& step) {
    return std::visit(
        Overloaded{
            [](const WriteFile& s) { return "write " + s.path; },
            [](const RemoveFile& s) { return "remove " + s.path; },
            [](const ReloadUdev&) { return std::string("have udevd read its files again"); },
            [](const TriggerInterfaces& s) {
                return "have udev name the interfaces of " + s.address.to_string();
            },
            [](const UnloadModule& s) { return "unload " + s.name.str(); },
            [](const LoadModule& s) { return describe_load(s); },
            [](const AwaitPorts& s) { return describe_await(s); },
            [](const MaskUnit& s) { return "mask " + s.id + " until the next boot"; },
            [](const UnmaskUnit& s) { return "unmask " + s.id; },
            [](const StopUnit& s) { return "stop " + s.id; },
            [](const StartUnit& s) { return "start " + s.id; },
        },
        step
    );
}

std::string key(const Step& step) {
    return std::visit(
        Overloaded{
            [](const WriteFile& s) { return "write " + file_name(s.path); },
            [](const RemoveFile& s) { return "remove " + file_name(s.path); },
            [](const ReloadUdev&) { return std::string("reload udev"); },
            [](const TriggerInterfaces& s) { return "trigger " + s.address.to_string(); },
            [](const UnloadModule& s) { return "unload " + s.name.str(); },
            [](const LoadModule& s) { return "load " + s.name.str(); },
            [](const AwaitPorts&) { return std::string("await ports"); },
            [](const MaskUnit& s) { return "mask " + s.id; },
            [](const UnmaskUnit& s) { return "unmask " + s.id; },
            [](const StopUnit& s) { return "stop " + s.id; },
            [](const StartUnit& s) { return "start " + s.id; },
        },
        step
    );
}

}  // namespace onload_node
