// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"
#include "core/formats/cpu_list.hpp"

#include <string>
#include <utility>
#include <vector>

namespace onload_node {

/// Which processors work for the ports, and which are isolated for applications.
struct CpuPlacement {
    CpuSet isolated;                                         ///< isolcpus= and the like
    std::vector<std::pair<std::string, CpuSet>> interrupts;  ///< by interface, where there are some
    CpuSet server;  ///< where onload_cp_server may run; empty if it does not run
};

/// Looks in /sys and /proc. What cannot be read is left out.
[[nodiscard]] CpuPlacement
look_at_cpus(const Files& files, const std::vector<NetworkFunction>& functions);

/// What works for the ports on processors that are isolated, a line each; empty if nothing does.
[[nodiscard]] std::vector<std::string> isolation_complaints(const CpuPlacement& placement);

}  // namespace onload_node
