// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"
#include "core/access/staging_access.hpp"
#include "stage/staging_parts.hpp"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace onload_node {

/// What to stage, and what to keep.
struct StagingOrder {
    std::string source;            ///< for messages and the record
    std::string digest;            ///< for the record; may be empty
    std::string tree;              ///< modules go to TREE/lib/modules/KERNEL
    std::string only_kernel;       ///< "" for all that the image has
    std::set<std::string> known;   ///< kernels that the node has; empty if unknown
    std::set<std::string> needed;  ///< kernels whose modules are never pruned
    unsigned keep = 2;             ///< how many kernels to keep; needed ones stay anyway
    std::string hint;              ///< added to the message that an image has nothing to stage
    bool relabel = false;          ///< SELinux is on
    std::string context;           ///< what SELinux runs us as; "" where it is off
    std::string boot_id;           ///< of the boot that runs now
    /// All that the configuration names, if `source` is of it. What else was staged once is no
    /// longer remembered: should it be configured again, it has to be staged again.
    std::optional<std::set<std::string>> configured;
    std::string kept_set;  ///< digest, if a kept set is put in place; else ""
    bool by_boot = false;  ///< the kept set stands in for the one that is wanted
};

/// The ports through which staging works; does not own them.
struct StagingAccess {
    WorkArea& modules;
    WorkArea& user;
    Programs& programs;
    Files& files;
    const ModuleTrees& trees;
    /// Tells whether the modules in the area would load on that kernel.
    std::function<Result<TreeVerdict>(const std::string& kernel)> verdict;
    /// Lets containers read and run the libraries in a directory, where SELinux would not.
    std::function<Result<void>(const std::string& directory)> let_containers_read;
    /// Receives what an administrator should read, one line at a time.
    std::function<void(const std::string& line)> say;
};

/// What was put in place.
struct Staged {
    std::vector<std::string> kernels;
    std::vector<std::string> programs;
    std::string user;                  ///< the folder of the user libraries; "" if it had none
    std::vector<std::string> pruned;   ///< kernels
    std::vector<std::string> retired;  ///< folders of user libraries that are gone
};

/// The tree in which modules for `tree` are prepared and verified.
[[nodiscard]] std::string work_tree(const std::string& tree);

/// Reads the image, refuses what is not allowed, verifies the modules, and only then puts the trees
/// in place, one after the other, each in one step. On an error what was staged before stays as it
/// was, except for trees that were already in place when a later one failed; the message names
/// them.
[[nodiscard]] Result<Staged>
stage_image(EntrySource& image, const StagingOrder& order, const StagingAccess& access);

/// The first part of it: reads the image, refuses what is not allowed, and has the modules of each
/// kernel judged by `access.verdict`. Nothing is put in place, and nothing recorded; what was read
/// stays in the areas until the caller discards them. The programs that it would bring.
[[nodiscard]] Result<std::set<std::string>>
judge_image(EntrySource& image, const StagingOrder& order, const StagingAccess& access);

}  // namespace onload_node
