// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <optional>
#include <string>

namespace onload_node {

/// The kernel that the next boot will run, as the boot loader is set up now. It may be the running
/// one.
struct PendingKernel {
    std::string release;
    std::string root;     ///< the absolute path of the ostree deployment that has its /lib/modules;
                          ///< empty if the node itself has them
    std::string told_by;  ///< the source: "boot loader entry ostree-2-rhcos.conf"
};

/// The port that tells what the node's boot loader will start.
class BootLoader {
public:
    virtual ~BootLoader() = default;

    /// Nothing if the node has neither boot loader entries nor a link to a kernel. An error if
    /// these lead to no kernel whose modules are on the node: a guess would be worse.
    [[nodiscard]] virtual Result<std::optional<PendingKernel>> pending() const = 0;
};

}  // namespace onload_node
