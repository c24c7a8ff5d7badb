// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"
#include "core/access/staging_access.hpp"
#include "stage/verdict.hpp"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace onload_node {

/// What is to be staged, and what has to stay.
struct StagingOrder {
    std::string source;            ///< for messages and the record
    std::string digest;            ///< for the record; may be empty
    std::string tree;              ///< modules go to TREE/lib/modules/KERNEL
    std::string only_kernel;       ///< "" all that the image has
    std::set<std::string> known;   ///< kernels that the node has; empty when nobody knows
    std::set<std::string> needed;  ///< kernels whose modules are never pruned
    unsigned keep = 2;             ///< kernels, the newest; beside those needed
    std::string hint;              ///< what to say behind "nothing in it"
    bool relabel = false;          ///< SELinux is on
};

/// The ports through which staging works; does not own them.
struct StagingAccess {
    WorkArea& modules;
    WorkArea& user;
    Programs& programs;
    Files& files;
    const ModuleTrees& trees;
    /// Whether the modules in the area would load on that kernel.
    std::function<Result<TreeVerdict>(const std::string& kernel)> verdict;
    /// Is told what an administrator should read, a line at a time.
    std::function<void(const std::string& line)> say;
};

/// What has been put in place.
struct Staged {
    std::vector<std::string> kernels;
    std::vector<std::string> programs;
    bool user = false;
    std::vector<std::string> pruned;  ///< kernels
};

/// Where modules are prepared for that tree, as the tree that they are verified in.
[[nodiscard]] std::string work_tree(const std::string& tree);

/// Reads the image, refuses what may not be, verifies the modules, and only then puts one tree
/// after the other in place, each in one step. An error leaves what was staged before as it was,
/// but for trees that were in place already when a later one could not be put there, which the
/// message says.
[[nodiscard]] Result<Staged>
stage_image(EntrySource& image, const StagingOrder& order, const StagingAccess& access);

}  // namespace onload_node
