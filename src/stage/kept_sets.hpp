// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"
#include "core/access/staging_access.hpp"
#include "stage/record.hpp"

#include <string>
#include <utility>
#include <vector>

namespace onload_node {

/// The sets that are kept whole beside what is in place, so that a node can go back without a
/// registry: of each kernel what is in place and one more.
///
/// How it can fail on a node, and what then: a kept set is a copy, because whoever copies over the
/// files in place writes into them. Its folder has the digest of its content as its name and gets
/// that name in one step, so what a power cut leaves half there has no such name; a file that is
/// missing, was altered, or is a link now gives another digest. On a disk that is full the new set
/// is in place and not kept, and those that were kept stay.
class KeptSets final {
public:
    /// `area` is the one at `area_path`, beside the trees below `tree`.
    KeptSets(WorkArea& area, const Files& files, std::string tree, std::string area_path)
        : area_(area), files_(files), tree_(std::move(tree)), area_path_(std::move(area_path)) {}

    /// Keeps a copy of what is in place for the kernel and returns its digest. `record` lists the
    /// programs and the libraries.
    [[nodiscard]] Result<std::string> keep(const std::string& kernel, const StageRecord& record);

    /// ErrorCode::not_found: no such set is kept. ErrorCode::mismatch: something in it is missing
    /// or was changed.
    [[nodiscard]] Result<void> check(const std::string& kernel, const std::string& digest) const;

    /// Removes each kept set of the kernel that is not listed in `wanted`.
    [[nodiscard]] Result<void>
    remove_others(const std::string& kernel, const std::vector<std::string>& wanted);

    /// Removes all sets of kernels that are not listed.
    [[nodiscard]] Result<void> remove_other_kernels(const std::vector<std::string>& kernels);

    /// Digests of the kernel's kept sets, sorted.
    [[nodiscard]] std::vector<std::string> list(const std::string& kernel) const;

    /// A kept set's files, in the form of an image: a path below the root of the node.
    [[nodiscard]] static std::string
    files_of(const std::string& tree, const std::string& kernel, const std::string& digest);

private:
    [[nodiscard]] std::string folder() const;
    [[nodiscard]] std::string folder(const std::string& kernel) const;

    WorkArea& area_;
    const Files& files_;
    std::string tree_;
    std::string area_path_;
};

}  // namespace onload_node
