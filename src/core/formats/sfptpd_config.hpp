// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/observed.hpp"

#include <string_view>

namespace onload_node {

/// Reads which interfaces a configuration of sfptpd names, as that daemon does: instances are
/// declared by `sync_module TYPE NAME...` in [general]; `interface` stands in the section of the
/// instance, or of its type. Instances of types that need no interface do not count. (Source:
/// Xilinx-CNS/sfptpd, src/sfptpd_config.c and doc/sfptpd.8.)
[[nodiscard]] SfptpdConfig parse_sfptpd_config(std::string_view text);

}  // namespace onload_node
