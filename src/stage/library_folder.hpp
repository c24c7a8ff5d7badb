// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace onload_node {

/// One set of user libraries that is on the node.
struct LibraryFolder {
    std::string folder;   ///< below paths::user_directory; "" for that directory itself
    std::string version;  ///< empty if they do not tell
};

/// True for a plain name: what the record lists may be removed or given to containers.
[[nodiscard]] bool is_library_folder(std::string_view name);

/// What the record of staging lists, the current ones first; empty if nothing is recorded.
[[nodiscard]] std::vector<LibraryFolder> read_library_folders(const Files& files);

}  // namespace onload_node
