// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

namespace onload_node {

/// Reads the names of the ports into `observed.remembered`. If it cannot, `observed.names_problem`
/// says why; it takes nothing from a damaged record.
void read_name_record(Observed& observed, const Files& files);

}  // namespace onload_node
