// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/staging_access.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace onload_node {

/// What we take an entry of an image for.
enum class Part { none, modules, user, program };

/// Where an entry belongs.
struct Place {
    Part part = Part::none;
    std::string kernel;  ///< for modules
    std::string path;    ///< below the kernel's tree or /opt/onload, "" for that directory itself;
                         ///< for a program its name
};

/// The paths in an image that we take: directories and programs.
[[nodiscard]] std::vector<std::string> selected_paths();

/// Finds out where an entry belongs. ErrorCode::mismatch: the path is absolute or has a "..", or an
/// entry that we would take is a device, fifo, socket or the like.
[[nodiscard]] Result<Place> place_of(const ArchiveEntry& entry);

/// True for a link to the node's own modules or kernel sources, which every module image may have.
/// It is left out, and so is what depmod has recorded about the files behind it.
[[nodiscard]] bool is_link_to_node(const ArchiveEntry& entry, const Place& place);

/// Refuses a link that leads out of its tree, or could (ErrorCode::mismatch).
[[nodiscard]] Result<void> check_link(const ArchiveEntry& entry, const Place& place);

/// True if the file's name is that of a kernel module.
[[nodiscard]] bool is_module_file(std::string_view path);

/// The name of the program that a file of the user tree is; "" if it is none of ours.
[[nodiscard]] std::string_view program_in_user_tree(std::string_view path);

}  // namespace onload_node
