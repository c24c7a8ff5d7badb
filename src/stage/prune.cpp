// SPDX-License-Identifier: BSD-2-Clause
#include "stage/staging_parts.hpp"

#include <algorithm>
#include <tuple>

namespace onload_node {

std::vector<std::string>
to_prune(std::vector<TreeAge> trees, unsigned keep, const std::set<std::string>& needed) {
    // Needed ones first, then the newest first; of equal age, by name.
    std::ranges::sort(trees, [&](const TreeAge& one, const TreeAge& other) {
        const auto rank = [&](const TreeAge& tree) {
            return std::tuple(!needed.contains(tree.kernel), -tree.modified, tree.kernel);
        };
        return rank(one) < rank(other);
    });
    std::vector<std::string> gone;
    for (std::size_t i = keep; i < trees.size(); ++i) {
        if (!needed.contains(trees[i].kernel)) {
            gone.push_back(trees[i].kernel);
        }
    }
    return gone;
}

}  // namespace onload_node
