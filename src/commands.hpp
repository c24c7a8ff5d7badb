// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "cli.hpp"

namespace onload_node {

/// Carries a command out and returns the exit status. An Error is something that no exit status of
/// the command stands for.
[[nodiscard]] Result<int> run_command(const Command& command);

}  // namespace onload_node
