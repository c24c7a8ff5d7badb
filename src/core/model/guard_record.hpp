// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <vector>

namespace onload_node {

/// What the boot guard remembers from one boot to the next (see paths.hpp): written before the
/// driver is unloaded, gone once the boot has proved good. Who dies in between is counted.
struct GuardRecord {
    std::vector<std::string> set;  ///< what was about to be loaded: one line per module
    std::string kernel;            ///< release
    unsigned attempts = 0;         ///< boots that began with this set and did not prove good
    std::string boot_id;           ///< the boot that is under way; empty when it ended in order
    bool tripped = false;          ///< no further attempt: the node had to be reset
    std::string reason;            ///< why it tripped

    bool operator==(const GuardRecord&) const = default;
};

}  // namespace onload_node
