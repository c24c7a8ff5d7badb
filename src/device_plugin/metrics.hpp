// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "device_plugin/offer.hpp"

#include <cstdint>
#include <string>

namespace onload_node::device_plugin {

/// What the plugin itself has done since it was started.
struct PluginCounts {
    bool registered = false;
    std::uint64_t registrations = 0;
    std::uint64_t allocations = 0;  ///< containers
    std::uint64_t refused_allocations = 0;
    std::uint64_t health_changes = 0;
};

/// The text exposition format of Prometheus, version 0.0.4. Of a status that cannot be read there
/// is no more than that it cannot.
[[nodiscard]] std::string metrics_text(
    const Result<NodeStatus>& status,
    const Health& health,
    const Options& options,
    const PluginCounts& counts
);

}  // namespace onload_node::device_plugin
