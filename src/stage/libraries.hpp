// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"
#include "core/access/staging_access.hpp"
#include "stage/record.hpp"

#include <string>
#include <vector>

namespace onload_node {

/// The user libraries on the node. Pods hold them by bind mounts, so no folder that a pod may have
/// is emptied or exchanged: new ones are put beside, in a folder VERSION-DIGEST, and a link leads
/// to them. The old ones go once a boot has ended all pods that could have them.
///
/// Below paths::user_directory: the folders, the link `current` to one of them, and for each entry
/// of that one a link through `current`, so that paths like /opt/onload/usr/lib64 go on working.
class Libraries final {
public:
    /// `area` is one beside paths::user_directory. `boot_id` is of the boot that runs now.
    Libraries(WorkArea& area, Files& files, std::string boot_id)
        : area_(area), files_(files), boot_id_(std::move(boot_id)) {}

    /// Makes the directory of that name in the area, whose content has this digest, the current
    /// libraries. What is there with the same content stays as it is. Returns the folder's name.
    [[nodiscard]] Result<std::string> put(const std::string& in_area, const std::string& version);

    /// Notes in the record which libraries are current and which no longer are, and takes those
    /// away that were current in an earlier boot only. Returns the names of what it has taken away.
    [[nodiscard]] Result<std::vector<std::string>> retire(StageRecord& record);

    /// True if retire() would take something away. Asks the record only.
    [[nodiscard]] static bool any_due(const StageRecord& record, const std::string& boot_id);

private:
    [[nodiscard]] Result<void> link_entries(const std::string& folder);

    WorkArea& area_;
    Files& files_;
    std::string boot_id_;
};

}  // namespace onload_node
