// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/handle.hpp"
#include "base/result.hpp"
#include "core/model/identifiers.hpp"

#include <string>
#include <vector>

#include <libudev.h>

// For the adapters over libudev only: nothing else sees its types.
namespace onload_node {

using Udev = Handle<udev, udev_unref>;
using UdevDevice = Handle<udev_device, udev_device_unref>;
using UdevMonitor = Handle<udev_monitor, udev_monitor_unref>;

/// Narrows an enumeration: matches by subsystem and, if not empty, by an attribute (shell pattern).
struct DeviceFilter {
    std::string subsystem;
    std::string attribute;
    std::string pattern;
};

[[nodiscard]] Result<Udev> open_udev();

/// The devices that match, sorted by path. A device that goes away meanwhile is left out.
[[nodiscard]] Result<std::vector<UdevDevice>> enumerate(udev* context, const DeviceFilter& filter);

/// The PCI function with that address; null when there is none.
[[nodiscard]] UdevDevice find_function(udev* context, const PciAddress& address);

/// The PCI function that a device belongs to: "0000:3b:00.0". Empty if there is none. A virtual
/// function is a function of its own.
[[nodiscard]] std::string function_of(udev_device* device);

/// A sysfs attribute; empty when it is not there.
[[nodiscard]] std::string attribute(udev_device* device, const char* name);

/// A property of udev's database; empty when it is not set.
[[nodiscard]] std::string property(udev_device* device, const char* name);

/// The bound driver; empty when there is none.
[[nodiscard]] std::string driver_of(udev_device* device);

/// The module that registered the bound driver (/sys/bus/pci/drivers/NAME/module); empty when there
/// is none, or it is part of the kernel.
[[nodiscard]] std::string driver_module_of(udev_device* device);

/// True when udevd has handled the device: its name is the one that the rules and .link files give
/// it.
[[nodiscard]] bool is_initialised(udev_device* device);

/// The name of the device in sysfs.
[[nodiscard]] std::string name_of(udev_device* device);

}  // namespace onload_node
