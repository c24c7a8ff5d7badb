// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

namespace onload_node {

/// Becomes onload-node-stage, which lies beside this program, with the same command line. Returns
/// only when it could not: the error says how the other program gets onto a node. `argv` ends with
/// a null pointer.
[[nodiscard]] Error hand_over(char** argv);

}  // namespace onload_node
