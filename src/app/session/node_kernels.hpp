// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "app/cli/cli.hpp"
#include "core/access/node_access.hpp"
#include "core/model/config.hpp"
#include "core/model/pending_kernel.hpp"
#include "stage/staging_parts.hpp"

#include <optional>
#include <string>

namespace onload_node {

/// The kernels that a node needs modules for.
struct NodeKernels {
    std::string running;  ///< empty below another root, where no kernel runs
    std::string pending;  ///< of the next boot; empty if it is the running one, or unknown
    std::optional<PendingKernel> next = std::nullopt;  ///< of the next boot, also the running one
    std::string problem = {};  ///< why the next boot's kernel is unknown; empty if it is known, or
                               ///< if nothing on the node tells

    [[nodiscard]] bool need(const std::string& kernel) const {
        return !kernel.empty() && (kernel == running || kernel == pending);
    }
};

/// Returns an error only if not even the running kernel is known.
[[nodiscard]] Result<NodeKernels> node_kernels(const Command& command, const Sensors& sensors);

/// The same sensors with other module trees, which must outlive them.
[[nodiscard]] Sensors with_trees(const Sensors& sensors, const ModuleTrees& trees);

/// Whether the modules below `config.driver.tree` would load in a fresh boot of that kernel: what
/// is running and loaded now does not count. With `below_root`, nothing of this machine does.
[[nodiscard]] Result<TreeVerdict> tree_verdict(
    const Config& config, const Sensors& sensors, const std::string& kernel, bool below_root
);

}  // namespace onload_node
