// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/observed.hpp"

#include <string>
#include <vector>

namespace onload_node {

/// The name that a port is to have, and why; an empty name leaves it to udev.
struct ChosenName {
    const NetworkFunction* function = nullptr;  ///< points into the functions handed in
    PciAddress address = {};                    ///< of the function, which this may outlive
    std::string name = {};
    std::string reason = {};
    std::optional<MacAddress> mac = {};  ///< the name belongs to this card as well as to the slot
    std::vector<std::string> also = {};  ///< alternative names, none of which anybody else has
    std::string owner = {};  ///< the file of somebody else that gives the name; we write none
    bool problem = false;    ///< the port cannot have the name that it should have: see `reason`
};

/// Decides the name of each port. In this order: an entry of the configuration, unless somebody
/// else names the port and comes first; somebody else who names the port already; the policy. Of
/// two ports that would get one name, and of a port and another interface of the machine, one goes
/// without, which is a `problem`. `functions` are in
/// address order and belong to `observed`.
[[nodiscard]] std::vector<ChosenName> choose_names(
    const NamesConfig& config,
    const std::vector<const NetworkFunction*>& functions,
    const Observed& observed
);

/// True when waiting for the port's interface could still tell its name: it has none, and what is
/// remembered does not do.
[[nodiscard]] bool worth_waiting_for(
    const NamesConfig& config, const NetworkFunction& function, const Observed& observed
);

/// Where the .link file of a function lies.
[[nodiscard]] std::string link_file_path(const PciAddress& address);

/// True for the path of a .link file that onload-node writes.
[[nodiscard]] bool is_our_link_file(const std::string& path);

/// The .link file that gives the port its name (systemd.link(5)).
[[nodiscard]] std::string link_file_content(const ChosenName& chosen);

/// The name that a .link file gives; empty when it gives none.
[[nodiscard]] std::string name_in_link_file(const std::string& content);

/// The alternative names that a .link file of ours gives.
[[nodiscard]] std::vector<std::string> alternatives_in_link_file(const std::string& content);

/// True when the module that carries the function is an out-of-tree build.
[[nodiscard]] bool on_out_of_tree_driver(const NetworkFunction& function, const Observed& observed);

}  // namespace onload_node
