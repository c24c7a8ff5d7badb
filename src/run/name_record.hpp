// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

namespace onload_node {

/// Reads the names of the ports into `observed.remembered`, or why that cannot be done into
/// `observed.names_problem`: of a damaged record nothing is taken.
void read_name_record(Observed& observed, const Files& files);

}  // namespace onload_node
