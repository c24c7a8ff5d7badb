// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "starts.hpp"
#include "unit/run/memory_node.hpp"

#include <string>

namespace onload_node::simulation {

/// Runs the unit's one apply of a boot, and what follows it, and returns what tests/node/harness/
/// trace.py writes down of the booted node: each step with its end, then what the node came to.
[[nodiscard]] std::string trace_of(fixture::MemoryNode& node, const Start& start);

}  // namespace onload_node::simulation
