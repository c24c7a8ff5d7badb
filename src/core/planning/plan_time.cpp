// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/paths.hpp"
#include "core/planning/plan_phases.hpp"

#include <algorithm>

namespace onload_node {

namespace {

bool running_or_coming(const UnitState& unit) {
    return unit.active_state == "active" || unit.active_state == "activating" ||
           unit.active_state == "reloading" || unit.job_pending;
}

bool masked(const UnitState& unit) {
    return unit.file_state == "masked" || unit.file_state == "masked-runtime";
}

const UnitState* find_unit(const Observed& observed, const std::string& name) {
    const auto found = observed.units.find(name);
    return found == observed.units.end() || !found->second.exists() ? nullptr : &found->second;
}

bool time_marker_present(const Observed& observed) {
    return observed.generated_files.contains(std::string(paths::time_marker));
}

/// Undone backwards this is: remove the file, unmask, start. The file must come last here, because
/// the drop-ins of the units prevent a start while it exists.
void append_displacement(const PlanContext& context, std::vector<PlannedStep>& steps) {
    for (const auto& name : context.config.time.displace) {
        const UnitState* const unit = find_unit(context.observed, name);
        if (unit == nullptr) {
            continue;
        }
        if (unit->active_state == "active" || unit->active_state == "activating") {
            steps.push_back({StopUnit{unit->id}, "only one daemon may keep the clock"});
        }
        if (!masked(*unit)) {
            steps.push_back({MaskUnit{unit->id}, "only one daemon may keep the clock"});
        }
    }
    if (!time_marker_present(context.observed)) {
        steps.push_back(
            {WriteTimeMarker{}, "the drop-ins of the displaced units look for this file"}
        );
    }
}

/// No daemon is left, so every displaced unit that is enabled comes back, even if an earlier return
/// got no further than unmasking it.
std::vector<PlannedStep> plan_replacement(const PlanContext& context, const std::string& reason) {
    auto steps = plan_clock_return(context, reason);
    const auto& displaced = context.config.time.displace;
    const auto keeps = [&](const std::string& name) {
        const UnitState* const unit = find_unit(context.observed, name);
        return unit != nullptr && running_or_coming(*unit);
    };
    if (std::any_of(displaced.begin(), displaced.end(), keeps)) {
        return steps;
    }
    for (const auto& name : displaced) {
        const UnitState* const unit = find_unit(context.observed, name);
        if (unit != nullptr && unit->file_state == "enabled") {
            steps.push_back({StartUnit{unit->id}, reason});
        }
    }
    return steps;
}

}  // namespace

std::vector<PlannedStep> plan_clock_return(const PlanContext& context, const std::string& reason) {
    std::vector<PlannedStep> steps;
    // The file goes first: while it exists, the drop-ins of the units prevent a start.
    if (time_marker_present(context.observed)) {
        steps.push_back({RemoveTimeMarker{}, reason});
    }
    for (const auto& name : context.config.time.displace) {
        const UnitState* const unit = find_unit(context.observed, name);
        if (unit != nullptr && unit->file_state == "masked-runtime") {
            steps.push_back({UnmaskUnit{unit->id}, reason});
            steps.push_back({StartUnit{unit->id}, reason});
        }
    }
    return steps;
}

std::vector<PlannedStep> plan_time(const PlanContext& context) {
    std::vector<PlannedStep> steps;
    const auto& time = context.config.time;
    const UnitState* const daemon =
        time.daemon.empty() ? nullptr : find_unit(context.observed, time.daemon);
    if (!time.daemon.empty() && daemon == nullptr) {
        // Chronyd stays: a node must not be left without any clock daemon.
        return steps;
    }
    if (daemon != nullptr && daemon->active_state == "failed" && !daemon->job_pending) {
        // It has failed for good: systemd restarts it up to the start limit. `systemctl
        // reset-failed` clears this after a repair.
        return plan_replacement(
            context, time.daemon + " has failed, and something must keep the clock"
        );
    }
    if (!time.displace.empty()) {
        append_displacement(context, steps);
    }
    if (daemon != nullptr && !running_or_coming(*daemon)) {
        steps.push_back({StartUnit{daemon->id}, "it keeps the clock on the Solarflare card"});
    }
    return steps;
}

}  // namespace onload_node
