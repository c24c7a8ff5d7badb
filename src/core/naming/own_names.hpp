// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/observed.hpp"

#include <string>
#include <vector>

namespace onload_node {

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

}  // namespace onload_node
