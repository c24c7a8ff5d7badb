// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "stage/record.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace onload_node {

/// What `trees` says about one kernel's modules.
struct ListedTree {
    std::string kernel;
    std::string directory;
    std::uint64_t bytes = 0;
    std::vector<std::pair<std::string, std::string>> modules;  ///< name and version
    bool running = false;                                      ///< for the running kernel
    bool pending = false;                                      ///< for the kernel of the next boot
    bool in_use = false;                                       ///< one of its modules is loaded
    std::string verdict;  ///< "passed", "failed" or "not-checkable"
    std::string why;      ///< the check that failed, or why nothing could be checked
    StagedFrom origin;    ///< empty if `stage` did not put it there
};

struct TreeList {
    std::vector<ListedTree> trees;
    StageRecord record;
};

/// The trees for people, one paragraph each.
[[nodiscard]] std::string trees_text(const TreeList& list);

/// Schema 2 of `trees --json`.
[[nodiscard]] std::string trees_json(const TreeList& list);

}  // namespace onload_node
