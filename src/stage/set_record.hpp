// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"
#include "core/model/sets.hpp"

namespace onload_node {

/// Empty if there is no record. ErrorCode::mismatch: it cannot be understood; nothing in it may be
/// relied on, and nothing that it may have named may be removed.
[[nodiscard]] Result<SetRecord> read_set_record(const Files& files);

/// When this returns, the record is on the disk.
[[nodiscard]] Result<void> write_set_record(Files& files, const SetRecord& record);

}  // namespace onload_node
