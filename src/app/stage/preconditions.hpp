// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "app/cli/stage_cli.hpp"
#include "core/model/config.hpp"
#include "system/files/lock.hpp"

namespace onload_node {

/// What changes what is staged runs as root, unless it is below a root directory of somebody's own.
[[nodiscard]] Result<void> check_rights(const StageCommand& command, const std::string& verb);

/// Refuses a `driver.tree` (ErrorCode::config) whose lib/modules is that of the kernel itself.
[[nodiscard]] Result<void> check_tree(const StageCommand& command, const Config& config);

/// Only one process at a time changes what is staged. ErrorCode::busy, at once, names the other.
[[nodiscard]] Result<Lock> lock_staging(const StageCommand& command);

}  // namespace onload_node
