// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

namespace onload_node {

/// What loading the staged modules takes, and what stands against it: the kernel's symbols, the
/// pins, the kernel's demands on signatures. The trees must have been read.
void observe_demands(Observed& observed, const Config& config, const Sensors& sensors);

/// What a swap would take away from somebody: Onload's stacks, virtual functions.
void observe_users(Observed& observed, const Sensors& sensors);

/// Descriptions of the asymmetric keys in the text of /proc/keys.
[[nodiscard]] std::vector<std::string> key_descriptions(std::string_view text);

}  // namespace onload_node
