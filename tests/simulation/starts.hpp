// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/config.hpp"
#include "core/model/observed.hpp"
#include "core/planning/plan.hpp"
#include "unit/run/memory_node.hpp"

#include <ostream>
#include <set>
#include <string>
#include <vector>

namespace onload_node::simulation {

/// A node as a history begins, and what it is to come to.
struct Start {
    std::string name;
    Config config;
    Observed node;
    std::vector<std::set<std::string>> before;  ///< names that each port may have without ours
    std::vector<std::string> promised;          ///< names of the ports once they are
    State goal = State::active;                 ///< after an apply that meets no fault
    bool coldplug_pending = false;              ///< udev has not got to the cards yet
    bool clock_lost = false;       ///< no daemon keeps the clock, and one call may fail to mend it
    bool cards_exchanged = false;  ///< since the names were remembered
    bool one_port_dead = false;    ///< no driver takes the second one
    bool set_before = false;       ///< a set that does not load is staged over a confirmed one
    bool live = false;             ///< the boot is over: a person, or a fallback unit, runs it
    ClockRequest clock = ClockRequest::as_configured;
};

/// For GoogleTest, which prints the bytes otherwise.
inline void PrintTo(const Start& start, std::ostream* out) {
    *out << start.name;
}

/// Keeps the sets of a start with `set_before` beside what is staged.
void keep_sets(fixture::MemoryNode& node);

/// Every kind of node that a plan begins differently on.
[[nodiscard]] std::vector<Start> starts();

}  // namespace onload_node::simulation
