// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/handle.hpp"
#include "core/access/staging_access.hpp"

#include <memory>
#include <string>

namespace onload_node {

/// What is behind a descriptor. A message about a failure begins with `context`: "cannot read X".
[[nodiscard]] std::unique_ptr<ByteStream> descriptor_stream(UniqueFd fd, std::string context);

/// The same, unpacked when the first bytes say that it is gzip, xz or zstd data.
/// ErrorCode::mismatch while reading: the compressed data is damaged or cut off.
[[nodiscard]] std::unique_ptr<ByteStream> unpacked_stream(UniqueFd fd, const std::string& context);

/// The same of a file. ErrorCode::mismatch: it is packed by bzip2.
[[nodiscard]] Result<std::unique_ptr<ByteStream>> open_unpacked(const std::string& path);

}  // namespace onload_node
