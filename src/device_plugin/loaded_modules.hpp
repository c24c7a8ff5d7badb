// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"
#include "device_plugin/node_status.hpp"

#include <string>
#include <string_view>

namespace onload_node::device_plugin {

/// The driver of the ports that Onload runs on.
inline constexpr std::string_view port_driver = "sfc";

/// What the kernel says of a node without onload-node: Onload's modules as far as they are alive,
/// the devices that Onload has, the PCI functions that the driver `sfc` has. `root`: what /proc and
/// /sys are below; "" for our own. ErrorCode::not_found or permission: /proc/modules cannot be
/// read.
[[nodiscard]] Result<NodeStatus> status_from_kernel(const std::string& root);

/// The path that the loaded Onload starts its control plane server by. ErrorCode::not_found: Onload
/// is not loaded, or does not tell.
[[nodiscard]] Result<std::string> control_plane_path(const std::string& root);

/// The NUMA node of a PCI function; -1 if the kernel knows none.
[[nodiscard]] int numa_node_of(const std::string& root, const std::string& pci);

}  // namespace onload_node::device_plugin
