// SPDX-License-Identifier: BSD-2-Clause
#include "app/inspect/timeline.hpp"
#include "base/text.hpp"
#include "core/model/units.hpp"

#include <algorithm>
#include <string_view>

namespace onload_node {

namespace {

constexpr std::string_view phase_word = "phase ";

/// When its start came to an end, well or not; 0 if it has not.
std::int64_t end_of(const UnitTimes& unit) {
    const auto end = unit.active >= unit.begun ? unit.active : unit.inactive;
    return end >= unit.begun ? end.count() : 0;
}

bool has_begun(const UnitTimes& unit) {
    // A target is reached at one moment, and PID 1 has no other for it.
    return unit.begun.count() > 0 && end_of(unit) > 0;
}

const UnitTimes* unit_of(const TimelineFacts& facts, std::string_view id) {
    const auto found = std::ranges::find(facts.units, id, &UnitTimes::id);
    return found == facts.units.end() || !has_begun(*found) ? nullptr : &*found;
}

TimelineRow row_of(const UnitTimes& unit) {
    return {unit.id, unit.begun.count(), end_of(unit) - unit.begun.count()};
}

/// How long `target` waited for nothing but `self`: while that ran, and after whatever else it is
/// ordered after was there.
std::int64_t delay_of(const TimelineFacts& facts, const UnitTimes& self, const UnitTimes& target) {
    auto others = self.begun.count();
    for (const auto& unit : facts.units) {
        const bool counts = unit.id != self.id && contains(target.after, unit.id) &&
                            has_begun(unit) && end_of(unit) <= target.active.count();
        others = std::max(others, counts ? end_of(unit) : 0);
    }
    return std::max<std::int64_t>(end_of(self) - others, 0);
}

void add_units(Timeline& timeline, const TimelineFacts& facts) {
    if (!facts.units_problem.empty()) {
        timeline.notes.push_back(compose("systemd does not tell: {}", facts.units_problem));
        return;
    }
    for (const auto& unit : facts.units) {
        if (has_begun(unit)) {
            timeline.units.push_back(row_of(unit));
        }
    }
    std::ranges::stable_sort(timeline.units, {}, &TimelineRow::begun_ms);
    const auto* const self = unit_of(facts, units::self);
    if (self == nullptr) {
        timeline.notes.push_back(compose(
            "{} has not run to its end in this boot: systemctl status {}", units::self, units::self
        ));
        return;
    }
    timeline.self = row_of(*self);
    const auto* const target = unit_of(facts, units::network_pre);
    if (target == nullptr) {
        return;
    }
    timeline.network_pre_ms = target->active.count();
    timeline.delay_ms = 0;
    if (target->active < self->begun) {
        timeline.notes.push_back(compose("{} was started again, with the network up", units::self));
        return;
    }
    timeline.delay_ms = delay_of(facts, *self, *target);
}

TimelineRow row_of(const StepTime& step) {
    const bool phase = step.step.starts_with(phase_word);
    return {step.step, step.begun_ms, step.took_ms, !phase};
}

/// A phase comes before its steps, which may have begun in the same millisecond.
bool earlier(const TimelineRow& one, const TimelineRow& other) {
    return std::pair(one.begun_ms, one.within) < std::pair(other.begun_ms, other.within);
}

/// Whether the recorded run is the one of our unit.
bool within_unit(const Timeline& timeline) {
    const auto begun = *timeline.steps.front().begun_ms;
    return begun >= *timeline.self->begun_ms &&
           begun <= *timeline.self->begun_ms + timeline.self->took_ms;
}

std::int64_t last_end(const std::vector<TimelineRow>& steps) {
    std::int64_t end = 0;
    for (const auto& step : steps) {
        end = std::max(end, *step.begun_ms + step.took_ms);
    }
    return end;
}

/// What the unit did before its first step and after its last.
void add_looks(Timeline& timeline) {
    const auto begun = *timeline.self->begun_ms;
    const auto first = *timeline.steps.front().begun_ms;
    const auto last = last_end(timeline.steps);
    timeline.steps.insert(timeline.steps.begin(), {"look and plan", begun, first - begun, false});
    timeline.steps.push_back(
        {"look again and tell",
         last,
         std::max<std::int64_t>(begun + timeline.self->took_ms - last, 0),
         false}
    );
}

void add_older(Timeline& timeline, const RunRecord& record) {
    for (const auto& [step, took] : record.timings_ms) {
        timeline.steps.push_back({step, std::nullopt, took, !step.starts_with(phase_word)});
    }
    if (!record.timings_ms.empty()) {
        timeline.notes.emplace_back(
            "an older onload-node recorded this run: its steps have no order here"
        );
    }
}

void add_steps(Timeline& timeline, const TimelineFacts& facts) {
    const auto& record = facts.record;
    if (record.boot_id.empty() || record.boot_id != facts.boot_id) {
        timeline.notes.emplace_back(
            "no run of this boot is recorded: there was nothing to do, or it did not come to it; "
            "onload-node status tells which"
        );
        return;
    }
    if (record.steps.empty()) {
        add_older(timeline, record);
        return;
    }
    for (const auto& step : record.steps) {
        timeline.steps.push_back(row_of(step));
    }
    std::ranges::stable_sort(timeline.steps, earlier);
    if (!timeline.self) {
        return;
    }
    if (within_unit(timeline)) {
        add_looks(timeline);
    } else {
        timeline.notes.emplace_back(
            "the steps are those of the last run of this boot, which was not the unit's"
        );
    }
}

}  // namespace

Timeline make_timeline(const TimelineFacts& facts) {
    Timeline timeline;
    timeline.boot_id = facts.boot_id;
    add_units(timeline, facts);
    add_steps(timeline, facts);
    return timeline;
}

}  // namespace onload_node
