// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/staging_access.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace onload_node {

/// The modules of one kernel, as found in the image.
struct ExtractedTree {
    std::size_t modules = 0;      ///< number of module files
    std::set<std::string> paths;  ///< theirs, below the tree
    bool index = false;           ///< depmod's index came with it
    bool links_dropped = false;   ///< to the node's own modules, or the index is of other modules
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

/// Whether modules.dep, of which `text` has the bytes, lists these modules (paths below the tree)
/// and no others. One that lists absolute paths, as before kmod, does not.
[[nodiscard]] bool lists_exactly(ByteStream& text, const std::set<std::string>& modules);

/// The versions in a program or library: texts like "8.1.2.26" or "Onload 8.1.2.26". Those of
/// libonload.so include Onload's own, which the library prints when run.
[[nodiscard]] Result<std::set<std::string>> versions_in(ByteStream& library);

/// A staged tree and when it was staged, in nanoseconds since 1970.
struct TreeAge {
    std::string kernel;
    std::int64_t modified = 0;
};

/// The kernels whose trees are to be removed: all but the needed ones and the newest, `keep` in
/// total unless more are needed. Pure.
[[nodiscard]] std::vector<std::string>
to_prune(std::vector<TreeAge> trees, unsigned keep, const std::set<std::string>& needed);

/// Whether a tree would load.
struct TreeVerdict {
    enum class Kind { passed, failed, not_checkable };
    Kind kind = Kind::not_checkable;
    std::string why;  ///< what failed and what to do about it, or why nothing could be checked
};

}  // namespace onload_node
