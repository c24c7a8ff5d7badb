// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "device_plugin/node_status.hpp"
#include "device_plugin/options.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace onload_node::device_plugin {

/// Whether containers can be given Onload now. All devices have the same health, because they are
/// shares of one driver.
struct Health {
    bool healthy = false;
    std::string reason;  ///< why not; empty when healthy

    bool operator==(const Health&) const = default;
};

/// What the kubelet is told to give to a container.
struct Allocation {
    std::vector<std::string> cdi_devices;
    std::vector<std::string> devices;  ///< paths of device nodes, same on host and in container
    std::vector<MountOption> mounts;
    std::vector<std::pair<std::string, std::string>> environment;
};

/// Whether a path exists: a device node, named as on the host, or a directory.
using IsThere = std::function<bool(const std::string& path)>;

/// `status`: what the node reports about itself, or why that is not known.
[[nodiscard]] Health judge(
    const Result<NodeStatus>& status,
    const Options& options,
    const IsThere& device_is_there,
    const IsThere& directory_is_there
);

[[nodiscard]] Allocation allocation(const Options& options, const NodeStatus& status);

/// Ids are "onload-0" to "onload-(N-1)".
[[nodiscard]] std::string device_id(unsigned number);

[[nodiscard]] bool is_device_id(std::string_view id, const Options& options);

}  // namespace onload_node::device_plugin
