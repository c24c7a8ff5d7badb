// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/paths.hpp"
#include "core/planning/plan_phases.hpp"

#include <algorithm>

namespace onload_node {

namespace {

const UnitState* find_unit(const Observed& observed, const std::string& name) {
    const auto found = observed.units.find(name);
    return found == observed.units.end() || !found->second.exists() ? nullptr : &found->second;
}

std::vector<const UnitState*> displaced_units(const PlanContext& context) {
    std::vector<const UnitState*> units;
    for (const auto& name : context.config.time.displace) {
        if (const UnitState* const unit = find_unit(context.observed, name)) {
            units.push_back(unit);
        }
    }
    return units;
}

bool time_marker_present(const Observed& observed) {
    return observed.generated_files.contains(std::string(paths::time_marker));
}

bool masked_by_us(const UnitState* unit) {
    return unit->file_state == "masked-runtime";
}

/// True if an earlier run took the clock from the displaced units, or got no further than half way
/// in giving it back.
bool clock_taken(const PlanContext& context) {
    return time_marker_present(context.observed) ||
           std::ranges::any_of(displaced_units(context), masked_by_us);
}

/// A link in /run is of no use where a unit file in /etc outranks it. What heeds the marker needs
/// no mask; it gets one only while no machine-config daemon can meet it.
bool wants_mask(const PlanContext& context, const UnitState& unit) {
    if (unit.masked() || unit.fragment.starts_with("/etc/")) {
        return false;
    }
    switch (context.config.time.mask) {
    case MaskClock::never:
        return false;
    case MaskClock::always:
        return true;
    case MaskClock::boot:
        break;
    }
    return !context.observed.network_started || !unit.heeds_marker;
}

/// Undone backwards this is: remove the file, unmask, start. The file must come last here, because
/// the drop-ins of the units prevent a start while it exists.
void append_displacement(const PlanContext& context, std::vector<PlannedStep>& steps) {
    const std::string reason = "only one daemon may keep the clock";
    for (const UnitState* const unit : displaced_units(context)) {
        const bool running = unit->active_state == "active" || unit->active_state == "activating";
        // A start that is queued already does not ask whether the unit has been masked since.
        if (running || (unit->job_pending && !unit->heeds_marker)) {
            steps.push_back({StopUnit{unit->id}, reason});
        }
        if (wants_mask(context, *unit)) {
            steps.push_back({MaskUnit{unit->id}, reason});
        }
    }
    if (!time_marker_present(context.observed)) {
        steps.push_back(
            {WriteTimeMarker{}, "the drop-ins of the displaced units look for this file"}
        );
    }
}

/// The displaced units that get the clock back: those that are enabled.
std::vector<const UnitState*> heirs(const PlanContext& context) {
    auto units = displaced_units(context);
    std::erase_if(units, [](const UnitState* unit) {
        return !unit->enabled() && !masked_by_us(unit);
    });
    return units;
}

/// If none is enabled, the first keeps it all the same: it is the only clock there is.
std::vector<const UnitState*> heirs_at_any_rate(const PlanContext& context) {
    auto units = heirs(context);
    if (!units.empty()) {
        return units;
    }
    for (const UnitState* const unit : displaced_units(context)) {
        if (!unit->masked()) {
            return {unit};
        }
    }
    return {};
}

void append_starts(
    std::vector<PlannedStep>& steps,
    const std::vector<const UnitState*>& units,
    const std::string& reason
) {
    for (const UnitState* const unit : units) {
        if (unit->active_state != "active") {
            steps.push_back({StartUnit{unit->id, true}, reason});
        }
    }
}

std::vector<PlannedStep> give_back(const PlanContext& context, const std::string& reason) {
    std::vector<PlannedStep> steps;
    const UnitState* const daemon = find_unit(context.observed, context.config.time.daemon);
    const bool marked = time_marker_present(context.observed);
    if (daemon != nullptr && daemon->running_or_coming()) {
        steps.push_back({StopUnit{daemon->id}, reason});
    }
    // The file goes first: while it exists, the drop-ins of the units prevent a start.
    if (marked) {
        steps.push_back({RemoveTimeMarker{}, reason});
    }
    for (const UnitState* const unit : displaced_units(context)) {
        if (masked_by_us(unit)) {
            steps.push_back({UnmaskUnit{unit->id}, reason});
        }
    }
    append_starts(steps, heirs_at_any_rate(context), reason);
    return steps;
}

bool kept_by_displaced(const PlanContext& context) {
    return std::ranges::any_of(displaced_units(context), [](const UnitState* unit) {
        return unit->running_or_coming();
    });
}

/// The time daemon will not come by itself, and something must keep the clock.
std::vector<PlannedStep> plan_replacement(const PlanContext& context, const std::string& reason) {
    const bool kept = kept_by_displaced(context) && !clock_taken(context);
    return kept ? std::vector<PlannedStep>() : give_back(context, reason);
}

}  // namespace

std::vector<PlannedStep> plan_clock_return(const PlanContext& context, const std::string& reason) {
    std::vector<PlannedStep> steps;
    if (!context.observed.units_problem.empty()) {
        return steps;
    }
    if (clock_taken(context)) {
        return give_back(context, reason);
    }
    const UnitState* const daemon = find_unit(context.observed, context.config.time.daemon);
    const bool kept = daemon != nullptr && daemon->running_or_coming();
    if (!kept && !kept_by_displaced(context)) {
        // An earlier return may have got no further than the start.
        append_starts(steps, heirs(context), reason);
    }
    return steps;
}

namespace {

/// The time daemon gets the clock; null if it is to run elsewhere.
std::vector<PlannedStep> hand_over(const PlanContext& context, const UnitState* daemon) {
    std::vector<PlannedStep> steps;
    if (!context.config.time.displace.empty()) {
        append_displacement(context, steps);
    }
    if (daemon != nullptr && !daemon->running_or_coming()) {
        steps.push_back({StartUnit{daemon->id}, "it keeps the clock on the Solarflare card"});
    }
    return steps;
}

/// The plan for a time daemon that exists, or none where it is to run elsewhere.
std::vector<PlannedStep> plan_for(const PlanContext& context, const UnitState* daemon) {
    const bool coming = daemon != nullptr && daemon->running_or_coming();
    switch (context.request.clock) {
    case ClockRequest::give_back:
        return coming ? std::vector<PlannedStep>()
                      : plan_replacement(context, "something must keep the clock");
    case ClockRequest::as_configured:
        // It has failed for good: systemd restarts it up to the start limit.
        if (daemon != nullptr && daemon->active_state == "failed" && !coming) {
            return plan_replacement(
                context, daemon->id + " has failed, and something must keep the clock"
            );
        }
        break;
    case ClockRequest::retry:
        break;
    }
    return hand_over(context, daemon);
}

}  // namespace

std::vector<PlannedStep> plan_time(const PlanContext& context) {
    const auto& name = context.config.time.daemon;
    if (!context.observed.units_problem.empty()) {
        return {};
    }
    if (name.empty()) {
        return plan_for(context, nullptr);
    }
    const UnitState* const daemon = find_unit(context.observed, name);
    if (daemon == nullptr || daemon->masked()) {
        // Chronyd stays: a node must not be left without any clock daemon.
        return plan_clock_return(
            context, name + (daemon == nullptr ? " is not there" : " is masked")
        );
    }
    return plan_for(context, daemon);
}

}  // namespace onload_node
