// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

namespace onload_node {

/// Where SELinux is on, gives what containers read the types that let them: the folder of the
/// public status, and user libraries that the policy denies to them, as it does after a relabel of
/// the disk by the platform, for which they are data of /var. Says what could not be done; that
/// Onload is then not offered is seen by the look that follows.
void make_readable_for_containers(const Files& files, Progress& progress);

}  // namespace onload_node
