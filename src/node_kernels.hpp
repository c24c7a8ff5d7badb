// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "cli.hpp"
#include "core/ports.hpp"

#include <string>

namespace onload_node {

/// The kernels that a node needs modules for. Both are empty below another root: nobody runs there.
struct NodeKernels {
    std::string running;
    std::string pending;  ///< of the next boot; empty when it is the running one, or unknown

    [[nodiscard]] bool need(const std::string& kernel) const {
        return !kernel.empty() && (kernel == running || kernel == pending);
    }
};

[[nodiscard]] Result<NodeKernels> node_kernels(const Command& command, const Sensors& sensors);

}  // namespace onload_node
