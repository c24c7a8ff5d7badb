// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <vector>

namespace onload_node {

/// More than any module has.
inline constexpr std::size_t largest_decompressed = std::size_t{512} * 1024 * 1024;

/// Undoes gzip, xz or Zstandard compression, known by the first bytes and not by a file name; other
/// bytes come back as they are. ErrorCode::mismatch when the compressed bytes are damaged or more
/// than `limit` would come out.
[[nodiscard]] Result<std::vector<std::byte>>
decompress(std::vector<std::byte> bytes, std::size_t limit = largest_decompressed);

}  // namespace onload_node
