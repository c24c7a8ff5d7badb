// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

#include <string>

namespace onload_node {

/// The machine we run on.
class SystemHost final : public Host {
public:
    /// Looks for /proc below `root`; "" is this machine.
    explicit SystemHost(std::string root = "");

    [[nodiscard]] Result<HostFacts> facts() const override;
    [[nodiscard]] std::string denied_to_containers(const std::string& path) const override;
    [[nodiscard]] std::string utc(std::int64_t uptime) const override;

private:
    std::string root_;
};

/// The running kernel, through /proc.
class SystemKernel final : public Kernel {
public:
    /// Looks for /proc below `root`; "" is this machine.
    explicit SystemKernel(std::string root = "");

    [[nodiscard]] Result<void>
    set(const std::string& name, const std::string& value, const std::string& only_over) override;

    [[nodiscard]] Result<void> restart() override;

private:
    std::string root_;
};

}  // namespace onload_node
