// SPDX-License-Identifier: BSD-2-Clause
#include "property.hpp"

#include "core/model/paths.hpp"
#include "core/naming/port_names.hpp"
#include "run/undo_log.hpp"

#include <algorithm>

namespace onload_node::simulation {

namespace {

using fixture::MemoryNode;

/// The promised name; or the one from before, as long as no file of ours says otherwise.
bool well_named(
    const NetworkFunction& function, std::size_t index, const MemoryNode& node, const Start& start
) {
    const std::string& name = function.interfaces.front().name;
    const bool ours = node.files().contains(link_file_path(function.address));
    return name == start.promised.at(index) || (!ours && start.before.at(index).contains(name));
}

std::string port_complaints(const Observed& now, const MemoryNode& node, const Start& start) {
    std::string text;
    for (std::size_t index = 0; index < now.functions.size(); ++index) {
        const auto& function = now.functions[index];
        if (start.one_port_dead && index == 1) {
            continue;
        }
        if (function.driver.empty() || function.interfaces.empty()) {
            text += "no driver on " + function.address.to_string() + "; ";
        } else if (!well_named(function, index, node, start)) {
            text += function.address.to_string() + " is named " + function.interfaces.front().name +
                    "; ";
        }
    }
    return text;
}

bool out_of_tree_on(const Observed& now, const Start& start) {
    return std::any_of(
        start.config.driver.replace.begin(),
        start.config.driver.replace.end(),
        [&](const ModuleName& name) {
            const auto loaded = now.loaded.find(name);
            return loaded != now.loaded.end() && loaded->second.origin == Origin::out_of_tree;
        }
    );
}

std::string clock_complaints(const Observed& now, const Start& start) {
    std::string running;
    std::size_t count = 0;
    for (const auto& [name, unit] : now.units) {
        if (unit.active_state == "active") {
            running += " " + unit.id;
            ++count;
        }
    }
    const auto& time = start.config.time;
    // Displaced for a daemon that is none of the node's units.
    const bool none_wanted =
        time.daemon.empty() && !time.displace.empty() && out_of_tree_on(now, start);
    if (count == 1 || (count == 0 && none_wanted)) {
        return "";
    }
    return std::to_string(count) + " clock daemons run:" + running + "; ";
}

std::string autoload_complaint(const MemoryNode& node) {
    return node.files().contains(std::string(paths::autoload_rules))
               ? "the autoload rule was left; "
               : "";
}

std::string marker_complaint(const Observed& now, const MemoryNode& node, const Start& start) {
    const auto daemon = now.units.find(start.config.time.daemon);
    const bool kept = start.config.time.daemon.empty()
                          ? out_of_tree_on(now, start)
                          : daemon != now.units.end() && daemon->second.active_state == "active";
    return node.files().contains(std::string(paths::time_marker)) && !kept
               ? "the time marker was left although no time daemon of ours runs; "
               : "";
}

/// Exactly one clock daemon is wanted, and it may start: the time daemon while it runs or the
/// marker is there, otherwise the first displaced unit.
std::string wanted_complaint(const Observed& now, const MemoryNode& node, const Start& start) {
    const auto& time = start.config.time;
    const bool marked = node.files().contains(std::string(paths::time_marker));
    const auto heir =
        std::find_if(time.displace.begin(), time.displace.end(), [&](const std::string& name) {
            return now.units.contains(name) && now.units.at(name).exists();
        });
    if (time.daemon.empty() || heir == time.displace.end()) {
        return "";
    }
    const UnitState& displaced = now.units.at(*heir);
    const UnitState& daemon = now.units.at(time.daemon);
    const bool heir_may_start = !displaced.masked() && !(marked && displaced.heeds_marker);
    const bool daemon_may_start = daemon.exists() && !daemon.masked();
    const bool daemon_wanted = marked || daemon.active_state == "active";
    if (!(daemon_wanted ? daemon_may_start : heir_may_start)) {
        return (daemon_wanted ? daemon.id : displaced.id) + " is wanted and may not start; ";
    }
    return marked && heir_may_start ? displaced.id + " may start beside the time daemon; " : "";
}

std::string log_complaints(const MemoryNode& node) {
    MemoryNode copy = node;
    UndoLog log(copy);
    if (!log.load()) {
        return "the undo log cannot be read; ";
    }
    return log.open() ? "the undo log is open; " : "";
}

}  // namespace

std::string complaints(const MemoryNode& node, const Start& start) {
    const Observed now = node.observed();
    std::string text =
        port_complaints(now, node, start) + autoload_complaint(node) + log_complaints(node);
    if (!start.clock_lost) {
        text += clock_complaints(now, start) + marker_complaint(now, node, start) +
                wanted_complaint(now, node, start);
    }
    return text;
}

}  // namespace onload_node::simulation
