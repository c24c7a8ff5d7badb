// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

namespace onload_node {

/// The drivers of PCI functions, through sysfs.
class PciDrivers final : public Drivers {
public:
    /// Looks for /sys below `root`; "" is this machine. A change of driver_override takes no time,
    /// unless a probe of the function is under way: that gets `override_limit`.
    explicit PciDrivers(
        std::string root = "", Milliseconds override_limit = std::chrono::seconds(10)
    );

    [[nodiscard]] Result<void> hold(const std::vector<PciAddress>& functions) override;
    [[nodiscard]] Result<void> release(const std::vector<PciAddress>& functions) override;
    [[nodiscard]] Result<void> bind(
        const std::vector<PciAddress>& functions,
        const std::vector<ModuleName>& modules,
        Milliseconds limit
    ) override;

private:
    [[nodiscard]] Result<void> change_overrides(
        const std::vector<PciAddress>& functions, int (*change)(const std::string& path)
    ) const;
    [[nodiscard]] std::string function_file(const PciAddress& function, const char* name) const;
    [[nodiscard]] std::vector<std::string> bind_files(const std::vector<ModuleName>& modules) const;

    std::string root_;
    Milliseconds override_limit_;
};

}  // namespace onload_node
