// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/observed.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace onload_node {

/// Somebody else who names a port: it is left to them unless the configuration names the port.
struct OtherNamer {
    std::string where;    ///< the file, or the kernel argument
    std::string name;     ///< that it gives; empty when it gives none
    bool first = false;   ///< comes before our .link files, which then have no say
    bool for_us = false;  ///< holds in the initrd only: it is a .link file of ours that keeps it
};

/// Who names the port, as far as the node shows it: the .link file that udev has applied, a rule
/// where the port is named otherwise than its .link file says, `ifname=` on the kernel command
/// line. A .link file that gives no name and sorts behind ours (systemd's own) is nobody.
[[nodiscard]] std::optional<OtherNamer>
named_by_other(const NetworkFunction& function, const Observed& observed);

/// True when a line of a udev rules file assigns this very name to an interface.
[[nodiscard]] bool rules_give_name(std::string_view rules, std::string_view name);

}  // namespace onload_node
