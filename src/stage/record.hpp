// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

#include <string>
#include <vector>

namespace onload_node {

/// Where something staged came from.
struct StagedFrom {
    std::string source;  ///< as given, with the kernel filled in
    std::string digest;  ///< of the image; for a file its size and time; empty for a directory
};

/// The modules of one kernel.
struct TreeOrigin {
    std::string kernel;
    StagedFrom from;
    std::string set = {};  ///< digest of what is in place for it; empty if that is not known
};

/// One set of Onload's user libraries and programs, below paths::user_directory.
struct StagedLibraries {
    std::string folder;   ///< VERSION-DIGEST
    std::string version;  ///< empty if they do not tell
    StagedFrom from;
    std::string retired;  ///< id of the boot in which others took their place; empty while current
};

/// A program below paths::program_directory.
struct StagedProgram {
    std::string name;
    StagedFrom from;
};

/// What `stage` has put onto the node.
struct StageRecord {
    std::vector<TreeOrigin> trees;           ///< sorted by kernel
    std::vector<StagedLibraries> libraries;  ///< the current ones first
    std::vector<StagedProgram> programs;     ///< sorted by name
    std::vector<StagedFrom> sources;  ///< each as it was staged last; what it gave may be another's

    /// The origin of a kernel's modules; null if there is none.
    [[nodiscard]] const TreeOrigin* find(const std::string& kernel) const;

    /// The user libraries that new containers get; null if there are none.
    [[nodiscard]] const StagedLibraries* current_libraries() const;

    /// The source as it was staged last; null if it never was.
    [[nodiscard]] const StagedFrom* find_source(const std::string& source) const;

    // Each replaces an older entry of the same kernel, program or source.
    void set(TreeOrigin origin);
    void set(StagedProgram program);
    void set(StagedFrom source);

    void forget(const std::string& kernel);
};

/// Empty if there is no record. A damaged one counts as none: everything is staged anew.
[[nodiscard]] StageRecord read_stage_record(const Files& files);

/// The digest of the set that is in place for the kernel; empty if that is not known.
[[nodiscard]] std::string set_in_place(const Files& files, const std::string& kernel);

[[nodiscard]] Result<void> write_stage_record(Files& files, const StageRecord& record);

}  // namespace onload_node
