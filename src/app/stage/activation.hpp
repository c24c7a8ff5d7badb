// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"
#include "core/access/staging_access.hpp"
#include "core/model/config.hpp"

namespace onload_node {

/// Does what `[stage] then = "now"` asks for: has onload-node swap the drivers at once. If the
/// node's default route runs over one of its ports, says so and leaves the swap to the next boot.
[[nodiscard]] Result<void>
activate_now(const Config& config, const Sensors& sensors, Programs& programs);

}  // namespace onload_node
