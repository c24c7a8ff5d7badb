// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/identifiers.hpp"

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

/// A port that had carrier.
struct ReachedPort {
    MacAddress mac;              ///< the permanent one, if the driver reports it
    bool default_route = false;  ///< one of the node's went over it

    bool operator==(const ReachedPort&) const = default;
};

/// The ports over which the last good boot reached anything (paths::reach_file).
using Reach = std::vector<ReachedPort>;

/// What tells one machine from another (paths::machine_file).
struct MachineRecord {
    std::string id;                 ///< derived from /etc/machine-id; empty if it has none yet
    std::vector<MacAddress> ports;  ///< the permanent ones, sorted; virtual functions have none
    std::string hardware = {};      ///< derived from the firmware's UUID; empty if it tells none

    bool operator==(const MachineRecord&) const = default;
};

/// Whose the records of earlier boots are.
enum class RecordsOwner {
    this_machine,     ///< as far as anybody knows
    another_machine,  ///< no port is the same, and the id or the hardware is another: a cloned disk
    undecided,        ///< one of the two is another, and no port shows its address yet
};

/// What the boot guard remembers between boots (see paths.hpp). It is written before the driver is
/// unloaded and removed once the boot has proved good, so it counts the boots that died.
struct GuardRecord {
    std::vector<std::string> set;  ///< what was about to be loaded: one line per module
    std::string kernel;            ///< release
    unsigned attempts = 0;         ///< boots that tried this set and did not prove good
    std::string boot_id;           ///< the boot under way; empty after a clean shutdown
    bool tripped = false;          ///< no further attempt: the node had to be reset
    std::string reason;            ///< why it tripped; or what the boot under way does not reach
    unsigned unreachable = 0;      ///< of the attempts, those that reached nothing
    std::string kept_as = {};      ///< digest of the set that was in place; empty if unknown

    bool operator==(const GuardRecord&) const = default;
};

}  // namespace onload_node
