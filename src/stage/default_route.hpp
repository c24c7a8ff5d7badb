// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

#include <set>
#include <string>

namespace onload_node {

/// The first of these interfaces that carries a default route of the node, directly or below a
/// bond, bridge, VLAN or Open vSwitch; "" if none does. Reads /proc/net and /sys/class/net.
[[nodiscard]] std::string
default_route_over(const std::set<std::string>& interfaces, const Files& files);

}  // namespace onload_node
