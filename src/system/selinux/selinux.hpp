// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <string>

/// SELinux: what its policy lets containers do with files of the node, and the types that let them.
namespace onload_node::selinux {

/// Types by what they are for: every container may read and run shared libraries; what lies in
/// /run/onload-node/public is data for containers alone.
inline constexpr const char* libraries_type = "lib_t";
inline constexpr const char* container_data_type = "container_ro_file_t";

/// Why a container may not preload the library `path`, for people. Empty if it may, if SELinux is
/// off or permissive, and if the policy knows no containers. Asks the policy in the kernel.
[[nodiscard]] std::string denied_to_containers(const std::string& path);

/// Gives a file, or a directory with all that is in it, this type; user, role and level stay. Does
/// nothing where files have no labels. Until somebody has the platform relabel the disk it stays
/// so.
[[nodiscard]] Result<void> set_type(const std::string& path, const std::string& type);

}  // namespace onload_node::selinux
