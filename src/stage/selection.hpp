// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/staging_access.hpp"

#include <cstddef>
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
    std::size_t rank = 0;  ///< of a program: of two with the same name, the lower one counts
};

/// The paths in an image below which is all that we take, or say of that we do not: directories and
/// files, in order of preference.
[[nodiscard]] std::vector<std::string> selected_paths();

/// Finds out where an entry belongs. ErrorCode::mismatch: the path is absolute, has a ".." or a
/// control character, or is below a folder of modules that no kernel is named like; or an entry
/// that we would take is a device, fifo, socket or the like.
[[nodiscard]] Result<Place> place_of(const ArchiveEntry& entry);

/// Why an entry is of Part::none although it looks like ours; "" if it does not look so.
[[nodiscard]] std::string_view why_left_out(const ArchiveEntry& entry);

/// True for a link to the node's own modules for that kernel, which every module image may have,
/// whatever the link is called and wherever it is; also for one to kernel sources. It is left out,
/// and so is what depmod has recorded about the files behind it.
[[nodiscard]] bool is_link_to_node(const ArchiveEntry& entry, const Place& place);

/// Refuses a link that leads out of its tree, or could (ErrorCode::mismatch).
[[nodiscard]] Result<void> check_link(const ArchiveEntry& entry, const Place& place);

/// True if the file's name is that of a kernel module, as depmod knows them.
[[nodiscard]] bool is_module_file(std::string_view path);

/// True if the file's name is that of a module which is packed in a way that depmod does not read.
[[nodiscard]] bool is_unread_module(std::string_view path);

/// The text with a "?" in the place of each control character.
[[nodiscard]] std::string printable(std::string_view text);

/// The name of the program that a file of the user tree is; "" if it is none of ours.
[[nodiscard]] std::string_view program_in_user_tree(std::string_view path);

}  // namespace onload_node
