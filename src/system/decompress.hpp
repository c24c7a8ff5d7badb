// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <vector>

namespace onload_node {

/// Undoes xz or Zstandard compression, known by the first bytes and not by a file name; other bytes
/// come back as they are. At most 512 MiB come out. ErrorCode::mismatch when the compressed bytes
/// are damaged.
[[nodiscard]] Result<std::vector<std::byte>> decompress(std::vector<std::byte> bytes);

}  // namespace onload_node
