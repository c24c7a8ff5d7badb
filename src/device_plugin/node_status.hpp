// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace onload_node::device_plugin {

/// A kernel module that the status lists.
struct StatusModule {
    std::string name;
    std::string origin;  ///< "in-tree" or "out-of-tree"
    std::string version;
};

/// A network function of a Solarflare card.
struct StatusPort {
    std::string pci;
    std::string driver;  ///< "" if it has none
};

/// What onload-node offers to container engines.
struct StatusCdi {
    std::string spec;       ///< the path of the spec; "" if none is offered
    std::string libraries;  ///< the directory of the host that it mounts
    std::string problem;    ///< why none is offered, for people
};

/// What is known of the node: the part of onload-node's published status (schema 1) that the plugin
/// uses, or what the kernel says.
struct NodeStatus {
    bool published = true;  ///< by onload-node; otherwise only modules, devices and ports are known
    std::string version;    ///< of onload-node
    std::string boot_id;
    std::string kernel;
    std::string state;
    std::string reason;
    std::string reason_code;
    std::string control_plane_problem;  ///< also where another reason comes first; "" if there is
                                        ///< none, or an older onload-node does not tell
    std::vector<StatusModule> modules;
    std::vector<std::string> devices;  ///< the device nodes that applications open
    std::vector<StatusPort> ports;
    std::optional<StatusCdi> cdi;  ///< an older onload-node does not tell
    std::string time_daemon;
    bool time_daemon_active = false;
    std::uint64_t guard_attempts = 0;
    std::uint64_t guard_limit = 0;
    bool guard_tripped = false;
    std::vector<std::pair<std::string, double>> step_seconds;
};

/// ErrorCode::io: the text is not JSON or not a status. ErrorCode::mismatch: the status has another
/// schema or is not of the boot `boot_id`.
[[nodiscard]] Result<NodeStatus> read_node_status(std::string_view text, std::string_view boot_id);

}  // namespace onload_node::device_plugin
