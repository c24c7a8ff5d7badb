// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/plan.hpp"

#include <optional>

namespace onload_node {

/// What the guard says about the modules that are staged now.
struct GuardStanding {
    unsigned dead_boots = 0;   ///< boots with this very set and kernel that did not prove good
    bool tripped = false;      ///< no (further) attempt
    std::string reason;        ///< why it is tripped, and the way out
    unsigned unreachable = 0;  ///< of the dead boots, those that reached nothing
    std::string cause = {};    ///< why it is tripped, alone
};

/// Ignores a record of another set or kernel. A record that cannot be read trips the guard, because
/// it may have said anything.
[[nodiscard]] GuardStanding guard_standing(const Config& config, const Observed& observed);

/// The record that must be on the disk before the driver is unloaded. This boot counts as dead
/// until it has proved good.
[[nodiscard]] GuardRecord armed_guard(const Config& config, const Observed& observed);

/// True if the guard counts this boot as dead until it is confirmed.
[[nodiscard]] bool attempt_under_way(const Observed& observed);

/// What this boot, in which the driver was swapped, does not reach; empty if nothing is known to be
/// missing.
[[nodiscard]] std::string unreached(const Observed& observed);

}  // namespace onload_node
