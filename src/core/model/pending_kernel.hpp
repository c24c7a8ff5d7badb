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
    std::string root;     ///< whose /lib/modules are this kernel's: an ostree deployment, absolute;
                          ///< empty for those of the node itself
    std::string told_by;  ///< who says so: "boot loader entry ostree-2-rhcos.conf"
};

/// A port: what the boot loader of the node will start.
class BootLoader {
public:
    virtual ~BootLoader() = default;

    /// Nothing when the node has nothing that would tell. An error when it has, but no kernel comes
    /// out of it that is on the node whole: nobody should guess then.
    [[nodiscard]] virtual Result<std::optional<PendingKernel>> pending() const = 0;
};

}  // namespace onload_node
