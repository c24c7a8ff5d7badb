// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

namespace onload_node {

/// Replaces this process with onload-node-stage, from the same directory and with the same
/// arguments. Returns only on failure: the error says how that program gets onto a node. `argv`
/// ends with a null pointer.
[[nodiscard]] Error hand_over(char** argv);

}  // namespace onload_node
