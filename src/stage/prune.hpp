// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace onload_node {

/// A staged tree and when it was put there, in nanoseconds since 1970.
struct TreeAge {
    std::string kernel;
    std::int64_t modified = 0;
};

/// The kernels whose trees go: all but the `keep` newest and those that are needed, which count
/// among the newest. Pure.
[[nodiscard]] std::vector<std::string>
to_prune(std::vector<TreeAge> trees, unsigned keep, const std::set<std::string>& needed);

}  // namespace onload_node
