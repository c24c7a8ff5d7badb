// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace onload_node {

/// A staged tree and when it was staged, in nanoseconds since 1970.
struct TreeAge {
    std::string kernel;
    std::int64_t modified = 0;
};

/// The kernels whose trees are to be removed: all but the needed ones and the newest, `keep` in
/// total unless more are needed. Pure.
[[nodiscard]] std::vector<std::string>
to_prune(std::vector<TreeAge> trees, unsigned keep, const std::set<std::string>& needed);

}  // namespace onload_node
