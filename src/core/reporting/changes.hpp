// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/observed.hpp"
#include "core/model/plan.hpp"

#include <string>
#include <vector>

namespace onload_node {

/// What a plan changes on a node, as an administrator thinks of it.
struct Change {
    std::string what;    ///< "module sfc", "port 0000:08:00.0", "clock"
    std::string before;  ///< "5.14.0 in-tree", "ens8f0", "chronyd.service"
    std::string after;
    bool operator==(const Change&) const = default;
};

/// In the order in which the plan makes them. Steps that change nothing in the end, such as a
/// sysctl for the moment of the swap, are left out.
[[nodiscard]] std::vector<Change> changes_of(const Plan& plan, const Observed& observed);

}  // namespace onload_node
