// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace onload_node {

/// What to do when the last part of a path is a symbolic link.
enum class Links { refuse, follow };

/// Reads a regular file of at most 256 MiB into memory. It reads once, so that later checks apply
/// to the bytes that are used.
[[nodiscard]] Result<std::vector<std::byte>>
read_file_bytes(const std::string& path, Links links = Links::refuse);

/// Reads an open regular file to its end; `path` is for messages.
[[nodiscard]] Result<std::vector<std::byte>> read_open_file(int fd, const std::string& path);

/// Reads a text file of at most 16 MiB, from a disk or from the kernel, whose files report no size.
/// Follows links.
[[nodiscard]] Result<std::string> read_text_file(const std::string& path);

/// Writes all bytes, in as many calls as needed. `name` is for the message: "cannot write NAME:
/// ...".
[[nodiscard]] Result<void>
write_all(int fd, std::span<const std::byte> bytes, const std::string& name);

/// Writes an attribute of /sys or /proc in one write(2); returns 0 or an errno value.
[[nodiscard]] int write_attribute(const std::string& path, const std::string& value);

}  // namespace onload_node
