// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "app/cli/cli.hpp"
#include "core/access/node_access.hpp"
#include "core/model/pending_kernel.hpp"

#include <optional>
#include <string>

namespace onload_node {

/// The kernels that a node needs modules for.
struct NodeKernels {
    std::string running;  ///< empty below another root: nobody runs there
    std::string pending;  ///< of the next boot; empty when it is the running one, or unknown
    std::optional<PendingKernel> next = std::nullopt;  ///< of the next boot, also the running one
    std::string problem = {};  ///< why nobody knows what the next boot runs; empty when it is known
                               ///< or nothing on the node would tell

    [[nodiscard]] bool need(const std::string& kernel) const {
        return !kernel.empty() && (kernel == running || kernel == pending);
    }
};

/// An error when not even the running kernel is to be learnt.
[[nodiscard]] Result<NodeKernels> node_kernels(const Command& command, const Sensors& sensors);

/// The sensors with other module trees, which have to outlive them.
[[nodiscard]] Sensors with_trees(const Sensors& sensors, const ModuleTrees& trees);

}  // namespace onload_node
