// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/observed.hpp"

#include <string_view>
#include <vector>

namespace onload_node {

/// The value of `onload_node=` on a kernel command line. The last one counts. An unknown value is
/// "off", to be safe.
[[nodiscard]] BootSwitch boot_switch_from(std::string_view command_line);

/// The `ifname=NAME:MAC` arguments of a kernel command line (dracut.cmdline(7)). Skips malformed
/// ones.
[[nodiscard]] std::vector<NamedByArgument> ifname_arguments(std::string_view command_line);

}  // namespace onload_node
