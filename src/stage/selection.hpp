// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/staging_access.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace onload_node {

/// What an entry of an image is to us.
enum class Part { none, modules, user, program };

/// Where an entry belongs.
struct Place {
    Part part = Part::none;
    std::string kernel;  ///< of modules
    std::string path;    ///< below the kernel's tree or /opt/onload, "" for that directory itself;
                         ///< of a program its name
};

/// Where in an image the things are that we take: directories, and the folders of programs.
[[nodiscard]] std::vector<std::string> selected_paths();

/// Finds out where an entry belongs. ErrorCode::mismatch: an absolute path, or one with "..",
/// wherever it leads; or a device, fifo, socket or the like among what we would take.
[[nodiscard]] Result<Place> place_of(const ArchiveEntry& entry);

/// A link that every module image may have: to the node's own modules or kernel sources. It is left
/// out, and so is what depmod has written of what it found behind it.
[[nodiscard]] bool is_link_to_node(const ArchiveEntry& entry, const Place& place);

/// Refuses a link (ErrorCode::mismatch) that leads out of the tree it is in, or could.
[[nodiscard]] Result<void> check_link(const ArchiveEntry& entry, const Place& place);

/// True when the file is a kernel module by its name.
[[nodiscard]] bool is_module_file(std::string_view path);

/// The name of the program that a file of the user tree is, "" when it is none.
[[nodiscard]] std::string_view program_in_user_tree(std::string_view path);

}  // namespace onload_node
