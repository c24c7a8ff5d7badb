// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/observed.hpp"

#include <optional>
#include <string>
#include <string_view>
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

/// Decides the name of each port. The configuration's entry comes first, unless a foreign file
/// comes before ours; then whatever else names the port; then the policy. If two ports would get
/// one name, or a port that of another interface, one port goes without it and has a `problem`.
/// `functions` are in address order and belong to `observed`.
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

/// True if NamePolicy= comes first, and Name= only where it gives no name (systemd.link(5)).
[[nodiscard]] bool has_name_policy(const std::string& content);

/// The alternative names that a .link file of ours gives.
[[nodiscard]] std::vector<std::string> alternatives_in_link_file(const std::string& content);

/// True when the module that carries the function is an out-of-tree build.
[[nodiscard]] bool on_out_of_tree_driver(const NetworkFunction& function, const Observed& observed);

/// The name that a port has without our configuration. `preserve` keeps it, the other policies keep
/// it as an alternative name.
struct OwnName {
    std::string name;    ///< empty when it is not known, or cannot be kept
    std::string reason;  ///< where the name comes from, or why there is none
    std::optional<MacAddress> mac;
    std::vector<std::string> also;  ///< other names of the port
    bool problem = false;           ///< it has a name and cannot keep it
    bool lasting = false;           ///< to be remembered
    bool remembered = false;        ///< comes from the record
};

using Functions = std::vector<const NetworkFunction*>;

/// One for each of `functions`, in their order; no name occurs twice. A remembered name takes
/// precedence over udev's name in this boot: names must not depend on which driver was first, nor
/// change with a kernel update. A name goes with its card, by permanent MAC. An unknown card gets
/// the name of its slot, unless the card with that name is in another slot.
[[nodiscard]] std::vector<OwnName> own_names(const Functions& functions, const Observed& observed);

/// What is remembered about the port; null if nothing is.
[[nodiscard]] const RememberedName*
remembered_name(const NetworkFunction& function, const Observed& observed);

/// The permanent MAC that identifies the port; none if it has no interface yet, its driver reports
/// none, or another port of this machine has the same.
[[nodiscard]] std::optional<MacAddress>
identity_of(const NetworkFunction& function, const Observed& observed);

/// The same; while the port shows none, the remembered one.
[[nodiscard]] std::optional<MacAddress>
known_mac(const NetworkFunction& function, const Observed& observed);

/// The record to write. The entry of an absent port stays until another port has its slot, MAC or
/// name. The entry of a present port goes if its name is not `lasting`.
[[nodiscard]] NameRecord updated_record(
    const Functions& functions, const std::vector<OwnName>& own, const Observed& observed
);

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
