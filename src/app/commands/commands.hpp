// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "app/cli/cli.hpp"

namespace onload_node {

/// Carries a command out and returns the exit status. An Error is something that no exit status of
/// the command stands for.
[[nodiscard]] Result<int> run_command(const Command& command);

// Each command is a function of its name. Those that look (commands.cpp):
[[nodiscard]] Result<int> plan(const Command& command);
[[nodiscard]] Result<int> status(const Command& command);
[[nodiscard]] Result<int> refresh(const Command& command);

// (nics_command.cpp)
[[nodiscard]] Result<int> nics(const Command& command);

// (verify_command.cpp)
[[nodiscard]] Result<int> verify(const Command& command);

// the main job (apply.cpp):
[[nodiscard]] Result<int> apply(const Command& command);

// the boot guard (confirm.cpp):
[[nodiscard]] Result<int> confirm(const Command& command);
[[nodiscard]] Result<int> reset(const Command& command);

// and the ways back (way_back.cpp):
[[nodiscard]] Result<int> revert(const Command& command);
[[nodiscard]] Result<int> recover(const Command& command);
[[nodiscard]] Result<int> time_fallback(const Command& command);

}  // namespace onload_node
