// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string_view>

/// Units that onload-node asks PID 1 about, besides those of the configuration.
namespace onload_node::units {

inline constexpr std::string_view self = "onload-node.service";
/// Transient: removes the label file at shutdown, even if our own files are gone by then.
inline constexpr std::string_view labels = "onload-node-labels.service";
/// Brings status and labels up to date.
inline constexpr std::string_view refresh = "onload-node-refresh.service";
/// Confirms a swap in a node that runs: the boot was judged without it.
inline constexpr std::string_view confirm_live = "onload-node-confirm-live.service";
/// Applies in a node that runs, with a way back if it is cut short.
inline constexpr std::string_view live = "onload-node-live.service";
inline constexpr std::string_view udevd = "systemd-udevd.service";
inline constexpr std::string_view network_pre = "network-pre.target";

}  // namespace onload_node::units
