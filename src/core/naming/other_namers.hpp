// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/observed.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace onload_node {

/// Something else that names a port. It decides unless the configuration names the port.
struct OtherNamer {
    std::string where;    ///< the file, or the kernel argument
    std::string name;     ///< the name it gives; empty if it gives none
    bool first = false;   ///< sorts before our .link files, which then have no effect
    bool for_us = false;  ///< works in the initrd only: a .link file of ours keeps the name
};

/// What else names the port, as far as the node shows it: the .link file that udev has applied, a
/// rule if the port's name is not from its .link file, or `ifname=` on the kernel command line. A
/// .link file that gives no name and sorts behind ours (systemd's own) does not count.
[[nodiscard]] std::optional<OtherNamer>
named_by_other(const NetworkFunction& function, const Observed& observed);

/// True when a line of a udev rules file assigns this very name to an interface.
[[nodiscard]] bool rules_give_name(std::string_view rules, std::string_view name);

}  // namespace onload_node
