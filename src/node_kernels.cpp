// SPDX-License-Identifier: BSD-2-Clause
#include "node_kernels.hpp"

namespace onload_node {

Result<NodeKernels> node_kernels(const Command& command, const Sensors& sensors) {
    NodeKernels kernels;
    if (command.root) {
        return kernels;
    }
    const auto facts = sensors.host.facts();
    if (!facts) {
        return tl::unexpected(facts.error());
    }
    kernels.running = facts->kernel;
    return kernels;
}

}  // namespace onload_node
