// SPDX-License-Identifier: BSD-2-Clause
#include "base/text.hpp"
#include "core/naming/port_names.hpp"
#include "core/planning/plan.hpp"
#include "core/planning/plan_phases.hpp"

#include <algorithm>

namespace onload_node {

namespace {

/// A port that is down can be renamed without a swap; udev refuses one that is up.
bool can_be_renamed_now(const ChosenName& port) {
    if (port.name.empty() || !port.owner.empty() || port.function->interfaces.size() != 1) {
        return false;
    }
    const Interface& interface = port.function->interfaces.front();
    return interface.initialised && !interface.up && interface.name != port.name;
}

/// True if udev has handled the interface: it does so again only when triggered.
bool named_already(const NetworkFunction& function) {
    return !function.interfaces.empty() && function.interfaces.front().initialised;
}

/// Does not remember names that somebody else gives: they may change.
void append_record(const PlanContext& context, std::vector<PlannedStep>& steps) {
    const Observed& observed = context.observed;
    auto own = own_names(context.functions, observed);
    for (std::size_t index = 0; index < own.size(); ++index) {
        const auto other = named_by_other(*context.functions[index], observed);
        own[index].lasting = own[index].lasting && (!other || other->for_us);
    }
    const auto record = updated_record(context.functions, own, observed);
    auto text = to_text(record);
    if (text == observed.names_text || (record.empty() && observed.names_text.empty())) {
        return;
    }
    steps.push_back(
        {RememberNames{std::move(text)},
         observed.names_problem.empty()
             ? "the names have to last in a boot in which the in-tree driver does not come first"
             : "what was remembered cannot be read: " + observed.names_problem}
    );
}

void append_files(const PlanContext& context, std::vector<PlannedStep>& steps) {
    std::set<std::string> wanted;
    for (const auto& port : context.chosen) {
        const std::string path = link_file_path(port.function->address);
        if (port.name.empty() || !port.owner.empty()) {
            if (port.function->lent_out()) {
                // The port must come back with the name it had.
                wanted.insert(path);
            }
            continue;
        }
        const std::string content = link_file_content(port);
        wanted.insert(path);
        const auto present = context.observed.generated_files.find(path);
        if (present == context.observed.generated_files.end() || present->second != content) {
            steps.push_back(
                {WriteLinkFile{path, content},
                 compose("port is to be named {}: {}", port.name, port.reason)}
            );
        }
    }
    for (const auto& [path, content] : context.observed.generated_files) {
        if (is_our_link_file(path) && !wanted.contains(path)) {
            steps.push_back({RemoveLinkFile{path}, "no port is to get this name any more"});
        }
    }
}

bool tells_udev(const PlannedStep& planned) {
    return std::holds_alternative<ReloadUdev>(planned.step);
}

}  // namespace

Plan names_left(Plan plan) {
    std::erase_if(plan.phases, [](const Phase& phase) {
        return phase.name != PhaseName::names || std::ranges::none_of(phase.steps, tells_udev);
    });
    return plan;
}

AwaitPorts expectations(const PlanContext& context) {
    AwaitPorts step;
    for (const NetworkFunction* const function : context.functions) {
        PortExpectation port{function->address, ""};
        for (const auto& chosen : context.chosen) {
            if (chosen.function == function) {
                port.name = chosen.name;
            }
        }
        const bool refused = refused_by_in_tree_driver(*function, context.observed);
        (refused ? step.if_driven : step.ports).push_back(std::move(port));
    }
    return step;
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
        } else if (swapping && !port.name.empty() && !named_already(*port.function)) {
            steps.push_back(
                {TriggerInterfaces{port.function->address},
                 "the in-tree driver may have come since, and the port have been named otherwise"}
            );
        }
    }
    if (!context.chosen.empty()) {
        append_record(context, steps);
    }
    // A swap makes new interfaces, so nothing waits for the old ones: they matter only if it fails.
    if (!swapping && !renamed.ports.empty()) {
        steps.push_back({std::move(renamed), "the names must be there before the network starts"});
    }
    return steps;
}

}  // namespace onload_node
