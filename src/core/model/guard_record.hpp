// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <vector>

namespace onload_node {

/// What the boot guard remembers between boots (see paths.hpp). It is written before the driver is
/// unloaded and removed once the boot has proved good, so it counts the boots that died.
struct GuardRecord {
    std::vector<std::string> set;  ///< what was about to be loaded: one line per module
    std::string kernel;            ///< release
    unsigned attempts = 0;         ///< boots that tried this set and did not prove good
    std::string boot_id;           ///< the boot under way; empty after a clean shutdown
    bool tripped = false;          ///< no further attempt: the node had to be reset
    std::string reason;            ///< why it tripped

    bool operator==(const GuardRecord&) const = default;
};

}  // namespace onload_node
