// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

namespace onload_node {

/// The drivers of PCI functions, through sysfs.
class PciDrivers final : public Drivers {
public:
    /// Looks for /sys below `root`; "" is this machine.
    explicit PciDrivers(std::string root = "");

    [[nodiscard]] Result<void> hold(const std::vector<PciAddress>& functions) override;
    [[nodiscard]] Result<void> release(const std::vector<PciAddress>& functions) override;
    [[nodiscard]] Result<void> bind(
        const std::vector<PciAddress>& functions,
        const std::vector<ModuleName>& modules,
        Milliseconds limit
    ) override;

private:
    [[nodiscard]] std::string function_file(const PciAddress& function, const char* name) const;
    [[nodiscard]] std::vector<std::string> bind_files(const std::vector<ModuleName>& modules) const;

    std::string root_;
};

}  // namespace onload_node
