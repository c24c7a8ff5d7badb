// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>

namespace onload_node {

/// The directory of a path: "/a" for "/a/b", "/" for "/a", "." for "a".
[[nodiscard]] std::string parent_directory(const std::string& path);

/// Makes a directory and its missing parents, mode 0755, and writes them to the disk. An existing
/// directory is a success.
[[nodiscard]] Result<void> make_directories(const std::string& path);

/// Writes the entries of a directory to the disk: a rename or removal in it then survives a crash.
[[nodiscard]] Result<void> sync_directory(const std::string& path);

/// The bytes of all regular files below a directory; 0 if the directory does not exist. Follows no
/// links.
[[nodiscard]] std::uint64_t directory_bytes(const std::string& path);

/// Removes a directory with its content, or a file. Follows no links. A missing path is a success.
[[nodiscard]] Result<void> remove_directory(const std::string& path);

/// True when both paths lead to the same directory.
[[nodiscard]] bool same_directory(const std::string& one, const std::string& other);

/// Puts `here` in the place of `there` in one step: exchanges the two or, if `there` does not
/// exist, renames `here`. Both have to be on one file system.
[[nodiscard]] Result<void> put_in_place(const std::string& here, const std::string& there);

}  // namespace onload_node
