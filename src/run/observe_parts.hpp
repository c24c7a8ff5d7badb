// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

#include <string>
#include <string_view>
#include <vector>

/// The parts of observe, one file each. Only their tests include this as well.
namespace onload_node {

/// Observes what decides whether the staged modules may load: the kernel's symbols, the pins, the
/// kernel's demands on signatures. The trees must have been read. (observe_load.cpp)
void observe_demands(Observed& observed, const Config& config, const Sensors& sensors);

/// Observes what a swap would take from its users: Onload stacks, virtual functions.
/// (observe_load.cpp)
void observe_users(Observed& observed, const Sensors& sensors);

/// Descriptions of the asymmetric keys in the text of /proc/keys. (observe_load.cpp)
[[nodiscard]] std::vector<std::string> key_descriptions(std::string_view text);

/// Finds out what else names our ports. Sets `link_gives` and `rule` of each interface that udev
/// has handled. (observe_names.cpp)
void observe_other_namers(Observed& observed, const Files& files);

/// Looks at Onload's user libraries: of several, at those of the loaded module's version. The
/// modules must have been observed. (observe_libraries.cpp)
void observe_libraries(Observed& observed, const Sensors& sensors);

/// Finds the disks and file systems that the node has over the network, and the interfaces that
/// they go through. (observe_storage.cpp)
void observe_storage(Observed& observed, const Sensors& sensors);

/// Asks PID 1 for the clock's units and how far the boot has come. If it does not answer, it is not
/// asked again: `observed.units_problem` says why, no unit is known, and the network counts as
/// started, so that no driver is swapped under it. (observe_units.cpp)
void observe_units(Observed& observed, const Config& config, const Sensors& sensors);

}  // namespace onload_node
