// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "app/cli/cli.hpp"
#include "core/model/config.hpp"
#include "system/files/lock.hpp"

namespace onload_node {

/// Requires root for changes to what is staged, unless they are below another root directory.
[[nodiscard]] Result<void> check_rights(const Command& command);

/// Refuses a `driver.tree` whose lib/modules is the kernel's own (ErrorCode::config).
[[nodiscard]] Result<void> check_tree(const Command& command, const Config& config);

/// Only one process at a time changes what is staged. ErrorCode::busy names the other at once.
[[nodiscard]] Result<Lock> lock_staging(const Command& command);

}  // namespace onload_node
