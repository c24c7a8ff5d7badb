// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/staging_access.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace onload_node {

/// The modules of one kernel, as they came.
struct ExtractedTree {
    std::size_t modules = 0;     ///< files
    bool index = false;          ///< depmod's, with it
    bool links_dropped = false;  ///< to the node's own modules: depmod has seen more than there is
};

/// What was taken out of an image.
struct Extracted {
    std::map<std::string, ExtractedTree> trees;   ///< by kernel
    std::set<std::string> other_kernels;          ///< in the image and not wanted
    std::size_t user_files = 0;                   ///< below /opt/onload
    std::map<std::string, std::string> programs;  ///< name to where it is in the user area
    std::vector<std::string> notes;               ///< what was left out, and why
};

/// Where in a module area the tree of a kernel is, and in a user area the libraries.
[[nodiscard]] std::string tree_in_area(const std::string& kernel);
inline constexpr std::string_view user_in_area = "onload";

/// Takes what is ours out of an image, file by file: modules of `only_kernel` ("" all) into one
/// area, libraries and programs into the other. ErrorCode::mismatch: something in it is refused;
/// nothing outside of the areas has been touched.
[[nodiscard]] Result<Extracted>
extract(EntrySource& source, const std::string& only_kernel, WorkArea& modules, WorkArea& user);

}  // namespace onload_node
