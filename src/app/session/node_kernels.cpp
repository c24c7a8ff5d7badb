// SPDX-License-Identifier: BSD-2-Clause
#include "app/session/node_kernels.hpp"

#include "base/text.hpp"
#include "core/verifying/verify.hpp"
#include "run/observe.hpp"
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

Result<TreeVerdict> tree_verdict(
    const Config& config, const Sensors& sensors, const std::string& kernel, bool below_root
) {
    if (!sensors.trees.open("", kernel)->present()) {
        return TreeVerdict{
            TreeVerdict::Kind::not_checkable, compose("kernel {} is not installed", kernel)};
    }
    const VerifyTarget target{kernel, below_root ? Scope::other_root : Scope::other_kernel};
    Observed observed;
    TRY(look_for_verify(observed, config, sensors, target));
    const auto checks = verify(config, observed);
    const Check* const failed = first_failed(checks, true);
    if (failed == nullptr) {
        return TreeVerdict{TreeVerdict::Kind::passed, ""};
    }
    return TreeVerdict{
        TreeVerdict::Kind::failed,
        failed->advice.empty() ? failed->text : compose("{}; {}", failed->text, failed->advice)};
}

}  // namespace onload_node
