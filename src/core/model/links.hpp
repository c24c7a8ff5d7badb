// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/observed.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace onload_node {

/// None if there is no interface of that name.
[[nodiscard]] const Link* find_link(const std::vector<Link>& links, std::string_view name);

/// The interface and all that is made of it, such as a bond and its VLANs.
[[nodiscard]] std::vector<const Link*>
with_uppers(const std::vector<Link>& links, std::string_view name);

/// True if the interface is a port of Open vSwitch, itself or in a bond. What Open vSwitch makes of
/// its ports are bare interfaces, which the kernel does not tie to them.
[[nodiscard]] bool below_open_vswitch(const std::vector<Link>& links, std::string_view name);

/// True if a default route goes over the interface, or may: one over a bare interface is that of
/// every port of Open vSwitch.
[[nodiscard]] bool carries_default_route(const std::vector<Link>& links, std::string_view name);

}  // namespace onload_node
