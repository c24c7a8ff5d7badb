// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/observed.hpp"

#include <string>
#include <vector>

namespace onload_node {

/// The name that a port is to have, and why; an empty name leaves it to udev.
struct ChosenName {
    const NetworkFunction* function = nullptr;  ///< points into the functions handed in
    PciAddress address = {};                    ///< the function's; stays valid without it
    std::string name = {};
    std::string reason = {};
    std::optional<MacAddress> mac = {};  ///< if set, the name holds only for this card in the slot
    std::vector<std::string> also = {};  ///< alternative names, which nobody else has
    std::string owner = {};  ///< somebody else's file that names the port; we then write none
    bool problem = false;    ///< the port cannot have the name that it should have: see `reason`
};

/// Decides the name of each port. The configuration's entry comes first, unless somebody else's
/// file comes before ours; then somebody else who names the port; then the policy. If two ports
/// would get one name, or a port that of another interface, one port goes without it and has a
/// `problem`. `functions` are in address order and belong to `observed`.
[[nodiscard]] std::vector<ChosenName> choose_names(
    const NamesConfig& config,
    const std::vector<const NetworkFunction*>& functions,
    const Observed& observed
);

/// True if the port's name depends on its interface, which udev has not finished with, and the
/// record does not settle it.
[[nodiscard]] bool worth_waiting_for(
    const NamesConfig& config, const NetworkFunction& function, const Observed& observed
);

/// The path of a function's .link file.
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
