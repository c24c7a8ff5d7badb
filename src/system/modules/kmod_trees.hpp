// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"
#include "core/model/pending_kernel.hpp"
#include "system/files/staged_file.hpp"
#include "system/modules/module_file.hpp"

#include <memory>
#include <string>
#include <vector>

namespace onload_node {

/// Module trees as depmod has indexed them, read through libkmod. modprobe's configuration is never
/// read: a blacklist or an "install" line must not change what we see.
class KmodModuleTrees final : public ModuleTrees {
public:
    /// Looks for every tree below `root`; "" is this machine. `trusted`: whose staged files are
    /// read.
    explicit KmodModuleTrees(
        std::string root = "",
        TrustedOwner trusted = TrustedOwner(),
        Digests digests = Digests::taken
    );

    [[nodiscard]] std::unique_ptr<ModuleTree>
    open(const std::string& tree, const std::string& kernel) const override;

    [[nodiscard]] KernelSymbols
    kernel_symbols(const std::string& kernel, const Symbols& wanted) const override;

    [[nodiscard]] std::vector<std::string> kernels(const std::string& tree) const override;

private:
    std::string root_;
    TrustedOwner trusted_;
    Digests digests_;
};

/// The module trees of a node. Only the pending kernel's own modules come from the ostree
/// deployment that boots it: they are not in the node's /lib/modules.
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
    std::string kernel_;  ///< the kernel that is looked for in the deployment; empty if none
    KmodModuleTrees deployment_;
};

}  // namespace onload_node
