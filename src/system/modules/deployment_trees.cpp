// SPDX-License-Identifier: BSD-2-Clause
#include "system/modules/deployment_trees.hpp"

#include <algorithm>

namespace onload_node {

DeploymentTrees::DeploymentTrees(
    const ModuleTrees& node, const std::optional<PendingKernel>& pending, TrustedOwner trusted
)
    : node_(&node)
    , kernel_(pending && !pending->root.empty() ? pending->release : "")
    , deployment_(pending ? pending->root : "", trusted) {}

std::unique_ptr<ModuleTree>
DeploymentTrees::open(const std::string& tree, const std::string& kernel) const {
    const bool deployed = tree.empty() && !kernel_.empty() && kernel == kernel_;
    return deployed ? deployment_.open(tree, kernel) : node_->open(tree, kernel);
}

KernelSymbols
DeploymentTrees::kernel_symbols(const std::string& kernel, const Symbols& wanted) const {
    const bool deployed = !kernel_.empty() && kernel == kernel_;
    return deployed ? deployment_.kernel_symbols(kernel, wanted)
                    : node_->kernel_symbols(kernel, wanted);
}

std::vector<std::string> DeploymentTrees::kernels(const std::string& tree) const {
    auto kernels = node_->kernels(tree);
    const bool known = std::ranges::find(kernels, kernel_) != kernels.end();
    if (tree.empty() && !kernel_.empty() && !known) {
        kernels.insert(std::ranges::lower_bound(kernels, kernel_), kernel_);
    }
    return kernels;
}

}  // namespace onload_node
