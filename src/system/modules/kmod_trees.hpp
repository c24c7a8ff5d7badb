// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"
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
    /// Every tree is looked for below `root`; "" is this machine. `trusted`: whose staged files are
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

}  // namespace onload_node
