// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "device_plugin/node_status.hpp"
#include "device_plugin/onload_libraries.hpp"
#include "device_plugin/options.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace onload_node::device_plugin {

/// Whether a container that is started now would be accelerated. All devices have the same health,
/// because they are shares of one driver.
struct Health {
    bool healthy = false;
    std::string reason;  ///< why not; empty when healthy

    bool operator==(const Health&) const = default;
};

/// What the plugin has found on the node. A problem is "" where there is none.
struct Seen {
    Result<NodeStatus> status;  ///< or why nothing is known
    std::string missing_device;
    Libraries libraries;
    std::string cdi_problem;
    std::string control_plane_problem;
    std::set<std::int64_t> numa_nodes;  ///< that have a port
};

/// What the kubelet is told to give to a container.
struct Allocation {
    std::vector<std::string> cdi_devices;
    std::vector<std::string> devices;  ///< paths of device nodes, same on host and in container
    std::vector<MountOption> mounts;
    std::vector<std::pair<std::string, std::string>> environment;
};

[[nodiscard]] Health judge(const Seen& seen, const Options& options);

/// For a node that is healthy.
[[nodiscard]] Allocation allocation(const Options& options, const Seen& seen);

/// Ids are "onload-0" to "onload-(N-1)".
[[nodiscard]] std::string device_id(unsigned number);

[[nodiscard]] bool is_device_id(std::string_view id, const Options& options);

/// The ids that a container is best given: those it must get, then those with the lowest numbers,
/// so that fewer devices later (--devices) strand as few running containers as possible. At most
/// `size` ids; ids that are not ours come last.
[[nodiscard]] std::vector<std::string> preferred(
    const std::vector<std::string>& available,
    const std::vector<std::string>& must_include,
    std::size_t size
);

}  // namespace onload_node::device_plugin
