// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/staging_access.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace onload_node {

/// The modules of one kernel, as found in the image.
struct ExtractedTree {
    std::size_t modules = 0;     ///< number of module files
    bool index = false;          ///< depmod's index came with it
    bool links_dropped = false;  ///< to the node's own modules: the index then lists too much
};

/// What was extracted from an image.
struct Extracted {
    std::map<std::string, ExtractedTree> trees;   ///< by kernel
    std::set<std::string> other_kernels;          ///< in the image but not wanted
    std::size_t user_files = 0;                   ///< number of files below /opt/onload
    std::map<std::string, std::string> programs;  ///< path in the user area, by name
    std::vector<std::string> notes;               ///< what was left out, and why
};

/// The path of a kernel's tree in a module area, and of the libraries in a user area.
[[nodiscard]] std::string tree_in_area(const std::string& kernel);
inline constexpr std::string_view user_in_area = "onload";

/// Extracts our files from an image, one by one: modules of `only_kernel` ("" for all) into one
/// area, libraries and programs into the other. ErrorCode::mismatch: something in the image is
/// refused. Nothing outside the areas is touched.
[[nodiscard]] Result<Extracted>
extract(EntrySource& source, const std::string& only_kernel, WorkArea& modules, WorkArea& user);

}  // namespace onload_node
