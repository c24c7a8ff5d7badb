// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string_view>

/// Names of Onload, of its cards and of what the node publishes about them.
namespace onload_node::onload {

/// The module, and its parameter that names its control plane server.
inline constexpr std::string_view module = "onload";
inline constexpr std::string_view control_plane_parameter = "cplane_server_path";

/// PCI subsystem vendor of every Solarflare card (PCI SIG).
inline constexpr unsigned solarflare_vendor = 0x1924;

/// No driver has this name: as a function's driver_override it keeps all drivers away from it.
inline constexpr std::string_view hold_driver = "onload-node-hold";

/// Onload's kind in the Container Device Interface.
inline constexpr std::string_view cdi_kind = "amd.com/onload";

/// How the names of the node labels begin.
inline constexpr std::string_view label_prefix = "feature.node.kubernetes.io/onload-node.";

}  // namespace onload_node::onload
