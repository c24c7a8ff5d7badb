// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

#include <memory>
#include <string>
#include <vector>

namespace onload_node {

/// Asks udev, and waits for it, through libudev.
class UdevDevices final : public Devices {
public:
    UdevDevices();
    ~UdevDevices() override;
    UdevDevices(const UdevDevices&) = delete;
    UdevDevices& operator=(const UdevDevices&) = delete;

    /// Also returns before the limit when only a name is wrong and udev has made its decision:
    /// every interface is initialised, and udev has handled every "add" that trigger_interfaces()
    /// sent.
    [[nodiscard]] Result<std::vector<PortOutcome>>
    await(const std::vector<PortExpectation>& ports, Milliseconds limit) override;

    [[nodiscard]] Result<void> trigger_interfaces(const PciAddress& address) override;

private:
    class Subscription;

    /// Subscribes to udev's events unless that has been done already.
    [[nodiscard]] Result<Subscription*> subscribe();

    /// Kept from the first trigger to the end of the wait that follows, so that no event between
    /// them is missed.
    std::unique_ptr<Subscription> subscription_;
};

}  // namespace onload_node
