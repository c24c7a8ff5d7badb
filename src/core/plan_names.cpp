// SPDX-License-Identifier: BSD-2-Clause
#include "core/names.hpp"
#include "core/plan_phases.hpp"

namespace onload_node {

namespace {

bool is_link_file(const std::string& path) {
    const std::string prefix =
        std::string(names::link_directory) + "/" + std::string(names::link_file_prefix);
    return path.compare(0, prefix.size(), prefix) == 0;
}

/// A port that is down can be renamed without a swap; udev refuses one that is up.
bool can_be_renamed_now(const ChosenName& port) {
    if (port.name.empty() || port.function->interfaces.size() != 1) {
        return false;
    }
    const Interface& interface = port.function->interfaces.front();
    return interface.initialised && !interface.up && interface.name != port.name;
}

void append_files(const PlanContext& context, std::vector<PlannedStep>& steps) {
    std::set<std::string> wanted;
    for (const auto& port : context.chosen) {
        const std::string path = link_file_path(port.function->address);
        if (port.name.empty()) {
            if (port.function->lent_out()) {
                // The name it had is the one it is to come back with.
                wanted.insert(path);
            }
            continue;
        }
        const std::string content = link_file_content(port);
        wanted.insert(path);
        const auto present = context.observed.generated_files.find(path);
        if (present == context.observed.generated_files.end() || present->second != content) {
            steps.push_back(
                {WriteFile{path, content}, "port is to be named " + port.name + ": " + port.reason}
            );
        }
    }
    for (const auto& [path, content] : context.observed.generated_files) {
        if (is_link_file(path) && !wanted.contains(path)) {
            steps.push_back({RemoveFile{path}, "no port is to get this name any more"});
        }
    }
}

}  // namespace

std::vector<PortExpectation> expectations(const PlanContext& context) {
    std::vector<PortExpectation> ports;
    for (const NetworkFunction* const function : context.functions) {
        PortExpectation port{function->address, ""};
        for (const auto& chosen : context.chosen) {
            if (chosen.function == function) {
                port.name = chosen.name;
            }
        }
        ports.push_back(std::move(port));
    }
    return ports;
}

std::vector<PlannedStep> plan_names(const PlanContext& context, bool swapping) {
    std::vector<PlannedStep> steps;
    append_files(context, steps);
    if (!steps.empty()) {
        steps.push_back({ReloadUdev{}, "udev must know the names before the interfaces appear"});
    }
    AwaitPorts renamed;
    for (const auto& port : context.chosen) {
        if (can_be_renamed_now(port)) {
            steps.push_back(
                {TriggerInterfaces{port.function->address}, "the port is down and named otherwise"}
            );
            renamed.ports.push_back({port.function->address, port.name});
        } else if (swapping && !port.name.empty() && port.function->interfaces.empty()) {
            steps.push_back(
                {TriggerInterfaces{port.function->address},
                 "the in-tree driver may have come since, and the port have been named otherwise"}
            );
        }
    }
    // A swap makes new interfaces; the old ones only have to be right should it not come about.
    if (!swapping && !renamed.ports.empty()) {
        steps.push_back({std::move(renamed), "the names must be there before the network starts"});
    }
    return steps;
}

}  // namespace onload_node
