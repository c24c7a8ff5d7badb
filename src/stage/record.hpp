// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

#include <string>
#include <vector>

namespace onload_node {

/// Where the modules of one kernel came from.
struct TreeOrigin {
    std::string kernel;
    std::string source;  ///< as given, with the kernel filled in
    std::string digest;  ///< of the image; for a file its size and time; empty for a directory
};

/// What `stage` has put onto the node.
struct StageRecord {
    std::vector<TreeOrigin> trees;      ///< sorted by kernel
    std::vector<std::string> programs;  ///< file names below /usr/local/sbin, sorted
    std::string user_source;            ///< of the user libraries; empty if there are none
    std::string user_version;           ///< empty if they do not tell

    /// The origin of a kernel's modules; null if there is none.
    [[nodiscard]] const TreeOrigin* find(const std::string& kernel) const;

    /// Records the origin and replaces an older one for that kernel.
    void set(TreeOrigin origin);

    void forget(const std::string& kernel);
};

/// Empty if there is no record. A damaged one counts as none: everything is staged anew.
[[nodiscard]] StageRecord read_stage_record(const Files& files);

/// Only the version of the user libraries; empty if there are none or they do not tell.
[[nodiscard]] std::string read_user_version(const Files& files);

[[nodiscard]] Result<void> write_stage_record(Files& files, const StageRecord& record);

}  // namespace onload_node
