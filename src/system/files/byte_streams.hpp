// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/staging_access.hpp"

#include <memory>
#include <string>

namespace onload_node {

/// The bytes of a file as a stream: unpacked when they begin as gzip, xz or zstd data do, as they
/// are otherwise. ErrorCode::mismatch while reading: the compressed data is damaged or cut off.
[[nodiscard]] Result<std::unique_ptr<ByteStream>> open_unpacked(const std::string& path);

/// What is behind a descriptor, which the stream then owns; `name` is for messages.
[[nodiscard]] std::unique_ptr<ByteStream> descriptor_stream(int fd, std::string name);

}  // namespace onload_node
