// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "system/kmod_trees.hpp"

namespace onload_node {

/// Module trees of a node for a kernel whose own modules lie elsewhere than in the node's
/// /lib/modules: in the ostree deployment that boots it. Staged trees are the node's.
class DeploymentTrees final : public ModuleTrees {
public:
    /// `root`: the node, "" for this machine. `deployment`: the root directory with the kernel's
    /// own /lib/modules, as PendingKernel has it. `trusted`: whose staged files are read.
    DeploymentTrees(const std::string& root, const std::string& deployment, TrustedOwner trusted)
        : staged_(root, trusted), own_(deployment, trusted) {}

    [[nodiscard]] std::unique_ptr<ModuleTree>
    open(const std::string& tree, const std::string& kernel) const override {
        return trees_of(tree).open(tree, kernel);
    }

    [[nodiscard]] KernelSymbols
    kernel_symbols(const std::string& kernel, const Symbols& wanted) const override {
        return own_.kernel_symbols(kernel, wanted);
    }

    [[nodiscard]] std::vector<std::string> kernels(const std::string& tree) const override {
        return trees_of(tree).kernels(tree);
    }

private:
    [[nodiscard]] const KmodModuleTrees& trees_of(const std::string& tree) const {
        return tree.empty() ? own_ : staged_;
    }

    KmodModuleTrees staged_;
    KmodModuleTrees own_;
};

}  // namespace onload_node
