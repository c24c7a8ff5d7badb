// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "app/cli/cli.hpp"
#include "core/model/config.hpp"

namespace onload_node {

/// The configuration that the command names. The error has every complaint about it.
[[nodiscard]] Result<Config> load_config(const Command& command);

/// The same, or the defaults if it is wrong: a wrong configuration must not block the way back.
[[nodiscard]] Config config_or_default(const Command& command);

}  // namespace onload_node
