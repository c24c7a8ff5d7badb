// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/reporting/report.hpp"
#include "system/systemd/systemd.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What a boot spent its time on: what `timeline` shows. Pure functions; all moments are in
/// milliseconds of CLOCK_MONOTONIC, which begins with the kernel.
namespace onload_node {

/// What is known of this boot.
struct TimelineFacts {
    std::string boot_id;
    RunRecord record;              ///< of the last run, maybe of another boot
    std::vector<UnitTimes> units;  ///< ours among them, if PID 1 tells
    std::string units_problem;     ///< why PID 1 does not tell; "" if it does
};

/// A unit, a phase or a step.
struct TimelineRow {
    std::string name;
    std::optional<std::int64_t> begun_ms;  ///< nothing where it is not known
    std::int64_t took_ms = 0;
    bool within = false;  ///< a step of the phase above it
};

struct Timeline {
    std::string boot_id;
    std::optional<TimelineRow> self;             ///< onload-node.service, once it has ended
    std::optional<std::int64_t> network_pre_ms;  ///< when network-pre.target was reached
    std::optional<std::int64_t> delay_ms;        ///< how long that waited for nothing but us
    std::vector<TimelineRow> units;              ///< in the order in which they began
    std::vector<TimelineRow> steps;              ///< of our unit, in that order, or of a later run
    std::vector<std::string> notes;              ///< what is missing, and what to do about it
};

[[nodiscard]] Timeline make_timeline(const TimelineFacts& facts);

/// For people, in ASCII: no line is longer than `width`, which is 40 at least.
[[nodiscard]] std::string timeline_text(const Timeline& timeline, std::size_t width);

/// Schema 1 of `timeline --json`. What is not known is left out.
[[nodiscard]] std::string timeline_json(const Timeline& timeline);

}  // namespace onload_node
