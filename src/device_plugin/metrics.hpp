// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "device_plugin/offer.hpp"

#include <cstdint>
#include <string>

namespace onload_node::device_plugin {

/// What the plugin has done since it started.
struct PluginCounts {
    bool registered = false;
    std::uint64_t registrations = 0;
    std::uint64_t allocations = 0;  ///< containers
    std::uint64_t refused_allocations = 0;
    std::uint64_t health_changes = 0;
};

/// Writes the text exposition format of Prometheus, version 0.0.4. If the status cannot be read,
/// onload_node_status_valid is the only metric about the node. Of a node without onload-node only
/// its modules and ports are told.
[[nodiscard]] std::string metrics_text(
    const Result<NodeStatus>& status,
    const Health& health,
    const Options& options,
    const PluginCounts& counts
);

}  // namespace onload_node::device_plugin
