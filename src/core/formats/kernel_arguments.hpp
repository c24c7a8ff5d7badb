// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/observed.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace onload_node {

/// What a kernel command line says of us.
struct BootSwitchArgument {
    BootSwitch value = BootSwitch::normal;
    std::string misspelt = {};  ///< an argument that nearly is the switch; empty if none is
};

/// The value of `onload_node=` on a kernel command line, with `-` for `_`, in capitals or in
/// quotes. The last one counts. An unknown value, or none, is "off", to be safe.
[[nodiscard]] BootSwitchArgument boot_switch_from(std::string_view command_line);

/// The modules of `module_blacklist=` on a kernel command line, as the kernel calls them. The last
/// argument counts. (Source: Linux, kernel/module/main.c.)
[[nodiscard]] std::vector<std::string> blacklisted_modules(std::string_view command_line);

/// False where `ibt=off` or `ibt=warn` keeps the kernel from ending what indirect branch tracking
/// catches. The last argument counts. (Source: Linux, arch/x86/kernel/cet.c.)
[[nodiscard]] bool branch_tracking_wanted(std::string_view command_line);

/// The `ifname=NAME:MAC` arguments of a kernel command line (dracut.cmdline(7)). Skips malformed
/// ones.
[[nodiscard]] std::vector<NamedByArgument> ifname_arguments(std::string_view command_line);

}  // namespace onload_node
