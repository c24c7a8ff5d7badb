// SPDX-License-Identifier: BSD-2-Clause
#include "app/stage/node_kernels.hpp"

#include "system/host/pending_kernel.hpp"

namespace onload_node {

Result<NodeKernels> node_kernels(const Command& command, const Sensors& sensors) {
    NodeKernels kernels;
    if (!command.root) {
        const auto facts = TRY(sensors.host.facts());
        kernels.running = facts.kernel;
    }
    auto next = SystemBootLoader(command.root.value_or("")).pending();
    if (!next) {
        kernels.problem = next.error().message;
        return kernels;
    }
    kernels.next = std::move(*next);
    if (kernels.next && kernels.next->release != kernels.running) {
        kernels.pending = kernels.next->release;
    }
    return kernels;
}

Sensors with_trees(const Sensors& sensors, const ModuleTrees& trees) {
    return {sensors.host, sensors.hardware, trees, sensors.modules, sensors.files, sensors.units};
}

}  // namespace onload_node
