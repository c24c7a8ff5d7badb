// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/observed.hpp"

#include <string>
#include <vector>

namespace onload_node {

/// The name that a port has by itself, without any wish of the configuration: what `preserve`
/// keeps, and what the other policies keep as an alternative name.
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

/// One for each of `functions`, in their order; no name stands in it twice. What is remembered
/// comes before what udev has given in this boot: a name must not depend on which driver was first,
/// nor change with an update of the kernel. A name goes with the card, by its permanent MAC; a card
/// that nobody knows gets the name of its slot, unless the card that the name belongs to is
/// elsewhere.
[[nodiscard]] std::vector<OwnName> own_names(const Functions& functions, const Observed& observed);

/// What is remembered of the port; null when nothing is.
[[nodiscard]] const RememberedName*
remembered_name(const NetworkFunction& function, const Observed& observed);

/// The permanent MAC by which the port is known; none when it has no interface yet, its driver
/// tells none, or another port of this machine has the same.
[[nodiscard]] std::optional<MacAddress>
identity_of(const NetworkFunction& function, const Observed& observed);

/// The same; or, while the port shows none, the one that it is remembered with.
[[nodiscard]] std::optional<MacAddress>
known_mac(const NetworkFunction& function, const Observed& observed);

/// The record as it is to be. An entry of a port that is not there stays until another port has its
/// slot, its MAC or its name; that of a port whose name is not to last goes.
[[nodiscard]] NameRecord updated_record(
    const Functions& functions, const std::vector<OwnName>& own, const Observed& observed
);

}  // namespace onload_node
