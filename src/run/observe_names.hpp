// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

namespace onload_node {

/// Finds out who else names our ports, by what udev did with them: `link_gives` and `rule` of each
/// interface that udev has handled.
void observe_other_namers(Observed& observed, const Files& files);

}  // namespace onload_node
