// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/mac_address.hpp"
#include "core/model/pci_address.hpp"

#include <optional>
#include <string>
#include <vector>

namespace onload_node {

/// The name of one port, remembered from boot to boot (paths::names_file). Every name in it has
/// been checked with InterfaceName.
struct RememberedName {
    PciAddress slot;                ///< where the port was seen last
    std::optional<MacAddress> mac;  ///< the permanent one; none if the driver does not report it
    std::string name;               ///< the one it had before onload-node ever named it
    std::vector<std::string> also;  ///< the other names that udev had for it

    bool operator==(const RememberedName&) const = default;
};

/// No slot, MAC or name occurs twice.
using NameRecord = std::vector<RememberedName>;

/// The record as TOML for the disk: `"SLOT" = [ "NAME", "MAC", "OTHER NAME"... ]`; an unknown MAC
/// is "".
[[nodiscard]] std::string to_text(const NameRecord& record);

}  // namespace onload_node
