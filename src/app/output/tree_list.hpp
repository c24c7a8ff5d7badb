// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/sets.hpp"
#include "stage/record.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace onload_node {

/// A set of a kernel: what is in place, or kept.
struct ListedSet {
    SetEntry entry;
    bool in_place = false;
    bool running = false;  ///< its modules are those loaded
};

/// What `trees` says about one kernel's modules.
struct ListedTree {
    std::string kernel;
    std::string directory;
    std::uint64_t bytes = 0;
    std::vector<std::pair<std::string, std::string>> modules;  ///< name and version
    bool running = false;                                      ///< for the running kernel
    bool pending = false;                                      ///< for the kernel of the next boot
    bool in_use = false;                                       ///< one of its modules is loaded
    std::string verdict;               ///< "passed", "failed" or "not-checkable"
    std::string why;                   ///< the check that failed, or why nothing could be checked
    StagedFrom origin;                 ///< empty if `stage` did not put it there
    std::vector<ListedSet> sets = {};  ///< what is in place first
};

struct TreeList {
    std::vector<ListedTree> trees;
    StageRecord record;
    std::string sets_problem = {};  ///< why what is known of the sets cannot be read
};

/// The trees for people, one paragraph each.
[[nodiscard]] std::string trees_text(const TreeList& list);

/// Schema 3 of `trees --json`.
[[nodiscard]] std::string trees_json(const TreeList& list);

}  // namespace onload_node
