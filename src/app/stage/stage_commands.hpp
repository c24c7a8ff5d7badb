// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "app/cli/stage_cli.hpp"

namespace onload_node {

// Each command of onload-node-stage is a function of its name, and returns the exit status.

// (stage_command.cpp)
[[nodiscard]] Result<int> stage(const StageCommand& command);

// (trees_command.cpp)
[[nodiscard]] Result<int> trees(const StageCommand& command);

// (pending_command.cpp)
[[nodiscard]] Result<int> verify_pending(const StageCommand& command);

// (purge_command.cpp)
[[nodiscard]] Result<int> purge(const StageCommand& command);

// (diagnose_command.cpp)
[[nodiscard]] Result<int> diagnose(const StageCommand& command);

}  // namespace onload_node
