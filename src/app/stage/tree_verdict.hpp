// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"
#include "core/model/config.hpp"
#include "stage/verdict.hpp"

namespace onload_node {

/// Whether the modules below `config.driver.tree` would load in a fresh boot of that kernel: what
/// is running and loaded now does not count. With `below_root`, nothing of this machine does.
[[nodiscard]] Result<TreeVerdict> tree_verdict(
    const Config& config, const Sensors& sensors, const std::string& kernel, bool below_root
);

}  // namespace onload_node
