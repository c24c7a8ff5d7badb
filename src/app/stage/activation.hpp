// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"
#include "core/access/staging_access.hpp"
#include "core/model/config.hpp"

namespace onload_node {

/// What `[stage] then = "now"` asks for: has onload-node swap the drivers at once, unless the
/// node's default route runs over one of its ports; that waits for the next boot, and is told.
[[nodiscard]] Result<void>
activate_now(const Config& config, const Sensors& sensors, Programs& programs);

}  // namespace onload_node
