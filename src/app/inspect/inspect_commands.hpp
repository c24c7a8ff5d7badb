// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "app/cli/cli.hpp"

#include <string>

namespace onload_node {

// The commands that only look. Each is a function in the file of its name (verify_pending:
// pending.cpp) and returns the exit status.

/// What `plan`, and `apply` with --dry-run, print.
[[nodiscard]] Result<int> plan(const Command& command);
[[nodiscard]] Result<int> status(const Command& command);
/// `status --watch`: prints again what has changed, until it is ended.
[[nodiscard]] Result<int> watch_status(const Command& command);
/// What `status` prints, of a look now.
[[nodiscard]] Result<std::string> status_output(const Command& command);
[[nodiscard]] Result<int> verify(const Command& command);
[[nodiscard]] Result<int> verify_pending(const Command& command);
[[nodiscard]] Result<int> nics(const Command& command);
[[nodiscard]] Result<int> trees(const Command& command);
[[nodiscard]] Result<int> diagnose(const Command& command);
[[nodiscard]] Result<int> timeline(const Command& command);
[[nodiscard]] Result<int> reasons(const Command& command);
[[nodiscard]] Result<int> show_config(const Command& command);

}  // namespace onload_node
