// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

#include <optional>
#include <string>

namespace onload_node {

/// Observes everything that the plan and the report need; changes nothing. Leaves empty what it may
/// not see without privileges (units, digests). An error means that not even the hardware could be
/// listed. If `observed` is from an earlier look, keeps what cannot have changed since: the digests
/// of the staged modules, which cost most.
[[nodiscard]] Result<void> look(Observed& observed, const Config& config, const Sensors& sensors);

/// Observes only what decides who keeps the clock, and on which port: ports, links, units, files.
/// The modules, which cost most, are left out.
[[nodiscard]] Result<void>
look_at_clock(Observed& observed, const Config& config, const Sensors& sensors);

/// Reads `observed.links`, and the time anew: what changes while somebody waits for a port.
[[nodiscard]] Result<void> observe_links(Observed& observed, const Sensors& sensors);

/// Whoever waits for a port looks at the links this often: a whole look costs more, and is due
/// after so many of them.
inline constexpr std::chrono::seconds between_looks{5};
inline constexpr int looks_between_whole_ones = 12;

/// The kernel that `verify` is about.
struct VerifyTarget {
    std::string kernel;
    Scope scope = Scope::running;
};

/// Observes what `verify` needs. The kernel need not be running, and the node need not have a card.
[[nodiscard]] Result<void> look_for_verify(
    Observed& observed, const Config& config, const Sensors& sensors, const VerifyTarget& target
);

/// Where the configuration has Onload look for its control plane server; nothing if it says nothing
/// of it, or Onload is not to be loaded.
[[nodiscard]] std::optional<std::string> control_plane_server(const Config& config);

/// Observes, behind look_for_verify(), what decides whether a later boot loads what would load. A
/// kernel command line is that of the running boot.
[[nodiscard]] Result<void>
look_for_next_boot(Observed& observed, const Config& config, const Sensors& sensors);

}  // namespace onload_node
