// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/reporting/report.hpp"
#include "starts.hpp"
#include "unit/run/memory_node.hpp"

namespace onload_node::simulation {

/// `onload-node apply` as its unit runs it, on the node in memory; returns its exit status. What
/// src/app/commands/apply.cpp does with the real node is done here in the same order.
[[nodiscard]] int apply(fixture::MemoryNode& node, const Start& start);

/// The same, telling `progress` of each step.
[[nodiscard]] int apply(fixture::MemoryNode& node, const Start& start, Progress& progress);

/// `onload-node recover`, the ExecStopPost= of the unit; returns its exit status.
[[nodiscard]] int recover(fixture::MemoryNode& node, const Start& start);

/// The unit after its main process has ended so: recovery runs unless the unit counts as active.
void stop_post(fixture::MemoryNode& node, const Start& start, int ended_with);

/// What the node says of itself now.
[[nodiscard]] Report report_on(const fixture::MemoryNode& node, const Start& start);

/// What the node is now, by its own report.
[[nodiscard]] State state_of(const fixture::MemoryNode& node, const Start& start);

}  // namespace onload_node::simulation
