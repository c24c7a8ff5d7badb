// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "starts.hpp"
#include "unit/run/memory_node.hpp"

namespace onload_node::simulation {

/// What of P1 and P2 does not hold on the node once its boot has gone on; empty when all does: a
/// driver and the promised name on every function, exactly one clock daemon, no file half applied,
/// no undo log open.
[[nodiscard]] std::string complaints(const fixture::MemoryNode& node, const Start& start);

}  // namespace onload_node::simulation
