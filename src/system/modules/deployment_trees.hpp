// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/pending_kernel.hpp"
#include "system/modules/kmod_trees.hpp"

namespace onload_node {

/// Module trees of a node, with the own modules of the pending kernel where they lie: not in the
/// node's /lib/modules but in the ostree deployment that boots it. All else is as the node has it.
class DeploymentTrees final : public ModuleTrees {
public:
    /// `node` has to outlive this. `trusted`: as for KmodModuleTrees.
    DeploymentTrees(
        const ModuleTrees& node, const std::optional<PendingKernel>& pending, TrustedOwner trusted
    );

    [[nodiscard]] std::unique_ptr<ModuleTree>
    open(const std::string& tree, const std::string& kernel) const override;

    [[nodiscard]] KernelSymbols
    kernel_symbols(const std::string& kernel, const Symbols& wanted) const override;

    [[nodiscard]] std::vector<std::string> kernels(const std::string& tree) const override;

private:
    const ModuleTrees* node_;
    std::string kernel_;  ///< that is looked for in the deployment; empty when none is
    KmodModuleTrees deployment_;
};

}  // namespace onload_node
