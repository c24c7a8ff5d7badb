// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/config.hpp"

#include <string>

namespace onload_node {

/// The parameters as the kernel parses them: "a=1 b=\"two words\"". ErrorCode::config for what
/// cannot be written that way.
[[nodiscard]] Result<std::string> kernel_parameters(const ModuleParameters& parameters);

}  // namespace onload_node
