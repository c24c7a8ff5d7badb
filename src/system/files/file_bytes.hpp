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

/// Reads a regular file into memory, once: what is checked afterwards is what was read. At most 256
/// MiB.
[[nodiscard]] Result<std::vector<std::byte>>
read_file_bytes(const std::string& path, Links links = Links::refuse);

/// Reads a regular file that is open already, to its end; `path` is for messages.
[[nodiscard]] Result<std::vector<std::byte>> read_open_file(int fd, const std::string& path);

/// Reads a small text file, of a disk or of the kernel (whose files have no size). At most 16 MiB;
/// links are followed.
[[nodiscard]] Result<std::string> read_text_file(const std::string& path);

/// Writes all of it, in as many calls as the kernel wants. `name` is for the message: "cannot write
/// NAME: ...".
[[nodiscard]] Result<void>
write_all(int fd, std::span<const std::byte> bytes, const std::string& name);

/// Writes to an attribute of /sys or /proc, in one write; 0 or an errno value.
[[nodiscard]] int write_attribute(const std::string& path, const std::string& value);

}  // namespace onload_node
