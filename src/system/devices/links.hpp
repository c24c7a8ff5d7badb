// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"
#include "core/model/identifiers.hpp"

#include <optional>
#include <string>

namespace onload_node {

/// Asks the kernel over rtnetlink(7), RTM_GETLINK, because sysfs does not show alternative names.
/// Empty on a kernel that has none (EL8).
[[nodiscard]] Result<AlternativeNames> alternative_names();

/// All interfaces, without what is made of them, by getifaddrs(3). An IPv6 address counts if it is
/// not link-local.
[[nodiscard]] Result<std::vector<Link>> network_links();

/// The interface over which the kernel sends to `peer`, from `source` if that is not empty, over
/// rtnetlink(7), RTM_GETROUTE. Both are IPv4 or IPv6 addresses in numbers.
[[nodiscard]] Result<std::string>
routed_interface(const std::string& peer, const std::string& source);

/// The address that an interface was made with, which software cannot change. Empty when the driver
/// does not report it.
[[nodiscard]] std::optional<MacAddress> permanent_mac(const std::string& interface);

/// The version of the card's firmware. Empty when the driver does not report it. The driver may ask
/// the card.
[[nodiscard]] std::string firmware_version(const std::string& interface);

}  // namespace onload_node
