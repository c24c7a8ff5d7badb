// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/formats/boot_entries.hpp"
#include "core/model/pending_kernel.hpp"

#include <string>
#include <vector>

namespace onload_node {

/// Reads what the boot loader will start: a deployment that ostree has staged for the next
/// shutdown, else the entries in /boot/loader/entries (with ostree deployments or plain kernels),
/// else Debian's link to the newest kernel, /vmlinuz.
class SystemBootLoader final : public BootLoader {
public:
    /// Every path is taken below `root`; "" is this machine.
    explicit SystemBootLoader(std::string root = "");

    [[nodiscard]] Result<std::optional<PendingKernel>> pending() const override;

private:
    using Pending = Result<std::optional<PendingKernel>>;

    [[nodiscard]] Result<std::vector<BootEntry>> entries() const;
    [[nodiscard]] Pending of_entry(const BootEntry& entry) const;
    [[nodiscard]] Pending of_staged(const std::vector<BootEntry>& entries) const;
    [[nodiscard]] Pending of_deployment(const std::string& deployment) const;
    [[nodiscard]] Pending of_link() const;
    [[nodiscard]] Result<std::string> deployment_of(const BootEntry& entry) const;
    [[nodiscard]] Pending checked(PendingKernel found) const;

    std::string root_;
};

}  // namespace onload_node
