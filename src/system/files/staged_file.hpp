// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace onload_node {

/// The user whose files are trusted besides root's. It is root itself except in tests and for trees
/// that a plain user has unpacked to look at.
struct TrustedOwner {
    unsigned uid = 0;
};

/// Reads a file of a staged tree into memory, once. The root of the tree (the path before
/// "/lib/modules/") may be a link; no link below it is followed. ErrorCode::mismatch names the
/// place from "/" down that somebody other than root could change: it has another owner, its group
/// or others may write to it (a sticky directory above the root is safe), or it is a link.
[[nodiscard]] Result<std::vector<std::byte>>
read_staged_file(const std::string& path, TrustedOwner trusted);

}  // namespace onload_node
