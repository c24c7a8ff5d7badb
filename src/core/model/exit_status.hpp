// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/state.hpp"

namespace onload_node {

/// With what the commands end. 2 to 7 are not used: systemd gives them the names that they had for
/// init scripts ("status=3/NOTIMPLEMENTED"; systemd.exec(5), "Process Exit Codes").
namespace exit_status {

inline constexpr int ok = 0;         ///< it is done, and the node is as wanted
inline constexpr int failed = 1;     ///< the command could not do its work; the message says why
inline constexpr int has_steps = 8;  ///< `plan`: apply would change something
inline constexpr int in_tree = 9;    ///< the node is, or by `verify` would be, left in-tree
inline constexpr int degraded = 10;  ///< accelerated, but something secondary is not as wanted
inline constexpr int usage = 64;     ///< the command line is wrong (sysexits.h, EX_USAGE)
inline constexpr int config = 78;    ///< the configuration is wrong (sysexits.h, EX_CONFIG)

}  // namespace exit_status

/// The exit status for a state and its reason.
[[nodiscard]] int exit_status_of(State state, ReasonCode code);

}  // namespace onload_node
