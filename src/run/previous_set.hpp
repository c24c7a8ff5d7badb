// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"
#include "run/node_run.hpp"

#include <functional>
#include <string>

namespace onload_node {

/// Puts a kept set of the running kernel in place of the staged one, or says why it cannot.
using PutSet = std::function<Result<void>(const std::string& digest)>;

/// Reads what is known of the sets of the kernel that runs into `observed`.
void read_sets(Observed& observed, const Files& files);

/// Plans and acts, and where the staged set fails tries the one before (previous_set.hpp in
/// core/planning). The node has been looked at. For a set that does not fail `put` is not called.
/// The plan is the one that was carried out last.
[[nodiscard]] Result<RunRecord> plan_and_act(
    const Config& config,
    const NodeAccess& access,
    NodeRun& run,
    const PlanRequest& request,
    const PutSet& put
);

/// Notes that the boot that the guard has counted proved good with its set, and with which
/// parameters its modules were loaded. `now` is the time, UTC. Without a guard it notes nothing.
[[nodiscard]] Result<void>
confirm_set(Files& files, const Observed& observed, const std::string& now);

/// Forgets how often sets have failed: the next boot tries the wanted one.
[[nodiscard]] Result<void> forgive_sets(Files& files);

}  // namespace onload_node
