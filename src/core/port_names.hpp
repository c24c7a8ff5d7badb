// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/observed.hpp"

#include <string>
#include <vector>

namespace onload_node {

/// The name that a port is to have, and why; an empty name leaves it to udev.
struct ChosenName {
    const NetworkFunction* function = nullptr;  ///< points into the functions handed in
    std::string name;
    std::string reason;
    bool match_mac = false;  ///< the name belongs to the MAC as well as to the slot
};

/// Decides the name of each port by the policy; entries that somebody wrote down win under every
/// policy. `functions` are in address order; a name that an interface in `others` has is not given
/// away.
[[nodiscard]] std::vector<ChosenName> choose_names(
    const NamesConfig& config,
    const std::vector<const NetworkFunction*>& functions,
    const std::set<std::string>& others
);

/// True when a name can only be chosen once the port's interface is there (`preserve`, or an entry
/// by MAC).
[[nodiscard]] bool needs_interfaces(const NamesConfig& config);

/// Where the .link file of a function lies.
[[nodiscard]] std::string link_file_path(const PciAddress& address);

/// The .link file that gives the port its name (systemd.link(5)).
[[nodiscard]] std::string link_file_content(const ChosenName& chosen);

}  // namespace onload_node
