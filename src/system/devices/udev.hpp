// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

#include <memory>
#include <string>
#include <vector>

namespace onload_node {

/// udev, asked and waited for through libudev.
class UdevDevices final : public Devices {
public:
    UdevDevices();
    ~UdevDevices() override;
    UdevDevices(const UdevDevices&) = delete;
    UdevDevices& operator=(const UdevDevices&) = delete;

    /// Returns before the limit, too, when all that is missing is a name that udev has decided
    /// otherwise: every interface is initialised, and every "add" that trigger_interfaces() sent
    /// has been handled.
    [[nodiscard]] Result<std::vector<PortOutcome>>
    await(const std::vector<PortExpectation>& ports, Milliseconds limit) override;

    [[nodiscard]] Result<void> trigger_interfaces(const PciAddress& address) override;

private:
    class Subscription;

    /// Subscribes to udev's events unless that has been done already.
    [[nodiscard]] Result<Subscription*> subscribe();

    /// Kept from the first trigger to the end of the wait that follows: no event may fall between
    /// them.
    std::unique_ptr<Subscription> subscription_;
};

}  // namespace onload_node
