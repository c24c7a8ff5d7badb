// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"
#include "core/model/mac_address.hpp"

#include <optional>
#include <string>

namespace onload_node {

/// Asked over rtnetlink(7), RTM_GETLINK: sysfs does not show them. A kernel that knows none (EL8)
/// gives none.
[[nodiscard]] Result<AlternativeNames> alternative_names();

/// The address that an interface was made with, which software cannot change; nothing when the
/// driver does not tell one.
[[nodiscard]] std::optional<MacAddress> permanent_mac(const std::string& interface);

}  // namespace onload_node
