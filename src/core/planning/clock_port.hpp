// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"
#include "core/model/config.hpp"
#include "core/model/observed.hpp"

#include <string>
#include <vector>

namespace onload_node {

/// The interface that sfptpd gets as its -i (`time.port`); empty if it gets none. "first" is the
/// managed port with the lowest PCI address that has carrier and an address, or the bond or VLAN
/// above it that has the address: sfptpd ends at once on an interface without one.
/// ErrorCode::not_found says what is missing. Needs `observed.links`.
[[nodiscard]] Result<std::string> clock_port(const Config& config, const Observed& observed);

/// Interfaces that the configuration of sfptpd names and this node does not have, neither now nor
/// as a name that a port is to get.
[[nodiscard]] std::vector<std::string>
missing_clock_interfaces(const Config& config, const Observed& observed);

/// "/etc/sfptpd.conf names sf0, which this node does not have"; empty if nothing is missing.
[[nodiscard]] std::string clock_port_complaint(const Config& config, const Observed& observed);

}  // namespace onload_node
