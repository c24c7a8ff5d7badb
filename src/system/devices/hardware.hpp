// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"
#include "system/devices/pci.hpp"

#include <string>
#include <vector>

namespace onload_node {

/// The network hardware of this machine, from sysfs and udev's database. Only details() reads
/// anything that a device would have to wake up for. Each call looks by one child process. A
/// function that has made one hang is recorded (paths::hung_functions) and not asked about again
/// before the kernel has let go of that child.
class SystemHardware final : public Hardware {
public:
    /// A look takes milliseconds, but a probe that is under way may hold it up: for `limit`.
    explicit SystemHardware(Milliseconds limit = std::chrono::seconds(10)) : limit_(limit) {}

    [[nodiscard]] Result<DiscoveredHardware> look() const override;

    [[nodiscard]] std::string model(const NetworkFunction& function) const override;

    [[nodiscard]] FunctionDetails details(const NetworkFunction& function) const override;

    [[nodiscard]] std::vector<FunctionDetails>
    live_details(const std::vector<NetworkFunction>& functions) const override;

    [[nodiscard]] Result<std::string>
    route(const std::string& peer, const std::string& source) const override;
    [[nodiscard]] Result<std::vector<Link>> links() const override;

private:
    Milliseconds limit_;
    PciNames names_;
};

}  // namespace onload_node
