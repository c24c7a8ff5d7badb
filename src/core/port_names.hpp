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
/// policy. `functions` are in address order and belong to `observed`; a name that another interface
/// of the machine has is not given away.
[[nodiscard]] std::vector<ChosenName> choose_names(
    const NamesConfig& config,
    const std::vector<const NetworkFunction*>& functions,
    const Observed& observed
);

/// True when a name can only be chosen once the port's interface is there (`preserve`, or an entry
/// by MAC).
[[nodiscard]] bool needs_interfaces(const NamesConfig& config);

/// Where the .link file of a function lies.
[[nodiscard]] std::string link_file_path(const PciAddress& address);

/// The .link file that gives the port its name (systemd.link(5)).
[[nodiscard]] std::string link_file_content(const ChosenName& chosen);

/// The name that a .link file gives; empty when it gives none.
[[nodiscard]] std::string name_in_link_file(const std::string& content);

}  // namespace onload_node
