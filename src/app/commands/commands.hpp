// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "app/cli/cli.hpp"

namespace onload_node {

/// Carries a command out and returns its exit status. Returns an Error for failures that the
/// command has no exit status for.
[[nodiscard]] Result<int> run_command(const Command& command);

// Each command is a function in a file of the same name.

/// The main job: what the unit runs.
[[nodiscard]] Result<int> apply(const Command& command);

/// Tells the cluster what is true now.
[[nodiscard]] Result<int> refresh(const Command& command);

// Commands that go back:
[[nodiscard]] Result<int> revert(const Command& command);
[[nodiscard]] Result<int> recover(const Command& command);

// The clock:
[[nodiscard]] Result<int> time_fallback(const Command& command);
[[nodiscard]] Result<int> time_retry(const Command& command);
[[nodiscard]] Result<int> time_port(const Command& command);
[[nodiscard]] Result<int> time_unmask(const Command& command);
[[nodiscard]] Result<int> time_wait(const Command& command);

// The boot guard:
[[nodiscard]] Result<int> confirm(const Command& command);
[[nodiscard]] Result<int> reset(const Command& command);

}  // namespace onload_node
