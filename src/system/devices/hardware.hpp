// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"
#include "system/devices/pci.hpp"

#include <string>
#include <vector>

namespace onload_node {

/// The network hardware of this machine, from sysfs and udev's database. Only details() reads
/// anything that a device would have to wake up for.
class SystemHardware final : public Hardware {
public:
    [[nodiscard]] Result<std::vector<DiscoveredFunction>> network_functions() const override;

    [[nodiscard]] std::string model(const NetworkFunction& function) const override;

    [[nodiscard]] FunctionDetails details(const NetworkFunction& function) const override;

    [[nodiscard]] Result<AlternativeNames> alternative_names() const override;

    [[nodiscard]] Result<std::vector<Link>> links() const override;

    [[nodiscard]] Result<std::vector<std::string>> interface_names() const override;

private:
    PciNames names_;
};

}  // namespace onload_node
