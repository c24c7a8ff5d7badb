// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/mac_address.hpp"
#include "core/model/pci_address.hpp"

#include <optional>
#include <string>
#include <vector>

namespace onload_node {

/// The name of one port, as it is remembered from boot to boot (paths::names_file). What is in a
/// record has been checked: every name is one that InterfaceName would take.
struct RememberedName {
    PciAddress slot;                ///< where the port was seen last
    std::optional<MacAddress> mac;  ///< the permanent one; none when its driver tells none
    std::string name;               ///< that it had before onload-node ever named it
    std::vector<std::string> also;  ///< the other names that udev knew it by

    bool operator==(const RememberedName&) const = default;
};

/// No slot, MAC or name stands in it twice.
using NameRecord = std::vector<RememberedName>;

/// The record as it lies on the disk: TOML, `"SLOT" = [ "NAME", "MAC", "OTHER NAME"... ]`; an
/// unknown MAC is "".
[[nodiscard]] std::string to_text(const NameRecord& record);

}  // namespace onload_node
