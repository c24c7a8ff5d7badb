// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>

namespace onload_node {

/// The directory that a path lies in: "/a" for "/a/b", "/" for "/a", "." for "a".
[[nodiscard]] std::string parent_directory(const std::string& path);

/// Makes a directory and its parents, mode 0755; those made are on the disk afterwards. One that is
/// there is a success.
[[nodiscard]] Result<void> make_directories(const std::string& path);

/// Has the entries of a directory written to the disk: a rename or removal in it then survives a
/// crash.
[[nodiscard]] Result<void> sync_directory(const std::string& path);

/// Bytes of all regular files below a directory, no link followed; 0 when there is no such
/// directory.
[[nodiscard]] std::uint64_t directory_bytes(const std::string& path);

/// Removes a directory with all that is in it, or a file, no link followed. Absent is a success.
[[nodiscard]] Result<void> remove_directory(const std::string& path);

/// True for two names of one directory.
[[nodiscard]] bool same_directory(const std::string& one, const std::string& other);

/// Gives `there` what `here` has, in one step: by exchanging the two, or, when there is nothing, by
/// renaming. Both on one file system.
[[nodiscard]] Result<void> put_in_place(const std::string& here, const std::string& there);

}  // namespace onload_node
