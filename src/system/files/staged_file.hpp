// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace onload_node {

/// Whose files are trusted besides root's: nobody's, but for tests and for trees that a plain user
/// has unpacked to look at.
struct TrustedOwner {
    unsigned uid = 0;
};

/// Reads a file of a staged tree into memory, once. The tree's own root (what stands before
/// "/lib/modules/") may be a link; below it no link is followed. ErrorCode::mismatch names the
/// place that somebody other than root could change: an owner, a group- or world-writable file or
/// directory from "/" down (above the tree's root the sticky bit makes a directory safe), a link.
[[nodiscard]] Result<std::vector<std::byte>>
read_staged_file(const std::string& path, TrustedOwner trusted);

}  // namespace onload_node
