// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/config.hpp"
#include "stage_cli.hpp"
#include "system/lock.hpp"

namespace onload_node {

/// What changes what is staged runs as root, unless it is below a root directory of somebody's own.
[[nodiscard]] Result<void> check_rights(const StageCommand& command, const std::string& verb);

/// Refuses a `driver.tree` (ErrorCode::config) whose lib/modules is that of the kernel itself.
[[nodiscard]] Result<void> check_tree(const StageCommand& command, const Config& config);

/// Only one process at a time changes what is staged. ErrorCode::busy, at once, names the other.
[[nodiscard]] Result<Lock> lock_staging(const StageCommand& command);

}  // namespace onload_node
