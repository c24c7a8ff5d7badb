// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/reporting/report.hpp"

#include <string>

namespace onload_node {

/// Onload's libraries for applications on this node.
struct UserLibraries {
    bool present = false;  ///< the library to preload is there
    bool command = false;  ///< so is `onload`, which starts programs with it
    std::string version;   ///< empty when it is not known
};

/// Onload's spec for the Container Device Interface (CDI 0.5, JSON, kind "amd.com/onload"). Its
/// devices are `onload` (device nodes and libraries), `preload` (adds LD_PRELOAD) and, if the node
/// has it, `command` (adds /usr/bin/onload). Empty if there is nothing to offer: Onload is not
/// loaded out of tree, its device is missing, or there are no libraries. ErrorCode::mismatch: the
/// libraries are of another version than the loaded module and would not work with it.
[[nodiscard]] Result<std::string> cdi_spec(const Report& report, const UserLibraries& libraries);

}  // namespace onload_node
