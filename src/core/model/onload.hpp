// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string_view>

/// What Onload, its cards and what is offered of them are called.
namespace onload_node::onload {

/// The module, and its parameter that names its control plane server.
inline constexpr std::string_view module = "onload";
inline constexpr std::string_view control_plane_parameter = "cplane_server_path";

/// PCI subsystem vendor of every Solarflare card (PCI SIG).
inline constexpr unsigned solarflare_vendor = 0x1924;

/// A driver that nobody has: as a function's driver_override it keeps all drivers from it.
inline constexpr std::string_view hold_driver = "onload-node-hold";

/// What container engines offer of Onload (the Container Device Interface).
inline constexpr std::string_view cdi_kind = "amd.com/onload";

/// Of the node labels.
inline constexpr std::string_view label_prefix = "feature.node.kubernetes.io/onload-node.";

}  // namespace onload_node::onload
