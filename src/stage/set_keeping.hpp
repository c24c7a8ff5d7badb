// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "stage/record.hpp"
#include "stage/staging.hpp"

#include <map>
#include <string>
#include <vector>

namespace onload_node {

/// What a run of staging has changed; does not own it.
struct SetChange {
    const StagingOrder& order;
    const StagingAccess& access;
    const std::vector<std::string>& kernels;    ///< for which modules were put in place
    std::map<std::string, std::string> before;  ///< by kernel: the set that was in place
};

/// Keeps what is in place now, notes its digests in `record`, and drops the sets that no node would
/// go back to. A set that cannot be kept is said to be so: what was asked for is in place all the
/// same.
[[nodiscard]] Result<void> keep_sets(const SetChange& change, StageRecord& record);

}  // namespace onload_node
