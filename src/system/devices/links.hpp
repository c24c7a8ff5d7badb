// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

namespace onload_node {

/// Asked over rtnetlink(7), RTM_GETLINK: sysfs does not show them. A kernel that knows none (EL8)
/// gives none.
[[nodiscard]] Result<AlternativeNames> alternative_names();

}  // namespace onload_node
