// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "app/cli/cli.hpp"

namespace onload_node {

// Each command is a function in the file of its name (verify_for_release: for_release.cpp) and
// returns the exit status.
[[nodiscard]] Result<int> stage(const Command& command);
[[nodiscard]] Result<int> purge(const Command& command);
/// `verify --for-release`: reads images as stage does, and changes nothing.
[[nodiscard]] Result<int> verify_for_release(const Command& command);

}  // namespace onload_node
