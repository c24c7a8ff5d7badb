// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "app/cli/stage_cli.hpp"

namespace onload_node {

// Each command is a function in the file of its name (verify_pending: pending.cpp) and returns the
// exit status.
[[nodiscard]] Result<int> stage(const StageCommand& command);
[[nodiscard]] Result<int> trees(const StageCommand& command);
[[nodiscard]] Result<int> verify_pending(const StageCommand& command);
[[nodiscard]] Result<int> purge(const StageCommand& command);
[[nodiscard]] Result<int> diagnose(const StageCommand& command);

}  // namespace onload_node
