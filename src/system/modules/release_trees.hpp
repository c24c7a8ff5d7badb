// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"
#include "system/modules/kmod_trees.hpp"

#include <memory>
#include <string>
#include <vector>

namespace onload_node {

/// Where the files of one kernel are in an unpacked OS or driver toolkit. Each is "" where it is
/// missing.
struct KernelFolder {
    std::string name;          ///< the kernel's release
    std::string modules_root;  ///< what is below its lib/modules/NAME has depmod's index
    std::string symvers;       ///< path
    std::string config;        ///< path
};

/// The kernels of an unpacked tree (lib/modules, usr/lib/modules, usr/src/kernels, boot), sorted by
/// name. Where `folder` is itself that of one kernel, with its symvers, only that one: its name is
/// what include/config/kernel.release says, else its folder's if that is a release, else `wanted`.
[[nodiscard]] std::vector<KernelFolder>
find_kernels(const std::string& folder, const std::string& wanted);

/// Module trees with those of one kernel in the place of the node's own for it. Where that has no
/// modules, those count that its symvers names as exporters of symbols.
class ReleaseTrees final : public ModuleTrees {
public:
    /// `staged` has the staged trees, and has to outlive this.
    ReleaseTrees(const ModuleTrees& staged, KernelFolder kernel);

    [[nodiscard]] std::unique_ptr<ModuleTree>
    open(const std::string& tree, const std::string& kernel) const override;

    [[nodiscard]] KernelSymbols
    kernel_symbols(const std::string& kernel, const Symbols& wanted) const override;

    [[nodiscard]] std::vector<std::string> kernels(const std::string& tree) const override;

private:
    const ModuleTrees* staged_;
    KernelFolder kernel_;
    KmodModuleTrees own_;
};

}  // namespace onload_node
