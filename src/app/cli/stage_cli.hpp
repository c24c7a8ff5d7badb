// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "app/cli/cli.hpp"

namespace onload_node {

/// Reads the words behind the name of onload-node-stage. ErrorCode::usage says what is wrong, and
/// where help is.
[[nodiscard]] Result<Command> parse_stage_command_line(std::span<char* const> arguments);

}  // namespace onload_node
