// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"
#include "system/files/staged_file.hpp"
#include "system/modules/module_calls.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace onload_node {

/// The modules of the running kernel.
class KernelModules final : public Modules {
public:
    /// Looks for /sys below `root`; "" is this machine. `trusted`: whose staged files are loaded.
    explicit KernelModules(
        std::string root = "",
        ModuleCalls calls = kernel_module_calls(),
        TrustedOwner trusted = TrustedOwner()
    );

    /// Reads only sysfs, which tells more than libkmod and does not depend on libkmod's version. A
    /// module that is part of the kernel image counts as not loaded.
    [[nodiscard]] std::optional<LoadedModule> loaded(const ModuleName& name) const override;

    [[nodiscard]] Result<void> load(const LoadModule& step, Milliseconds limit) override;

    /// Tries once even when `limit` is zero.
    [[nodiscard]] Result<void>
    unload(const ModuleName& name, Milliseconds limit, Milliseconds longest_removal) override;

private:
    [[nodiscard]] Result<void>
    load_verified(const LoadModule& step, const std::string& parameters, Milliseconds limit) const;
    [[nodiscard]] std::string users(const ModuleName& name) const;

    std::string directory_;
    ModuleCalls calls_;
    TrustedOwner trusted_;
};

}  // namespace onload_node
