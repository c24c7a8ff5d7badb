// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

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

}  // namespace onload_node
