// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/plan.hpp"

#include <optional>

namespace onload_node {

/// How the guard stands towards what is staged now.
struct GuardStanding {
    unsigned dead_boots = 0;  ///< boots with this very set and kernel that did not prove good
    bool tripped = false;     ///< no (further) attempt
    std::string reason;       ///< why it is tripped
};

/// A record of another set or kernel counts for nothing; one that cannot be read trips the guard,
/// for nobody knows what it said.
[[nodiscard]] GuardStanding guard_standing(const Config& config, const Observed& observed);

/// The record to be on the disk before the driver is unloaded: this boot counts as dead until it
/// has proved good.
[[nodiscard]] GuardRecord armed_guard(const Config& config, const Observed& observed);

}  // namespace onload_node
