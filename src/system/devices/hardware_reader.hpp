// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

#include <vector>

/// Looking at the hardware, from sysfs, udev's database and the kernel's answers. The kernel may
/// never give one: the locks that it takes for it are held by whoever probes or removes the device.
/// So these run in a child process and tell what they see as they go on (hardware_message.hpp).
namespace onload_node {

/// Tells of each function first what no lock is needed for, as hung, then everything. Does not ask
/// about those that are `hung`. Returns 0 or an errno value.
[[nodiscard]] int tell_hardware(int out, const std::vector<PciAddress>& hung);

[[nodiscard]] int tell_links(int out);

[[nodiscard]] int tell_details(int out, const NetworkFunction& function);

/// Tells of one function more each time.
[[nodiscard]] int tell_live_details(int out, const std::vector<NetworkFunction>& functions);

}  // namespace onload_node
