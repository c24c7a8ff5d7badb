// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

namespace onload_node {

/// Asks PID 1 for the units of the clock and how far the boot has come. When it does not answer it
/// is not asked again: `observed.units_problem` says why, no unit is known, and the network counts
/// as started, so that no driver is swapped under one that may be up.
void observe_units(Observed& observed, const Config& config, const Sensors& sensors);

}  // namespace onload_node
