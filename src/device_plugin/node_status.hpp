// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace onload_node::device_plugin {

/// A kernel module of the status.
struct StatusModule {
    std::string name;
    std::string origin;  ///< "in-tree" or "out-of-tree"
    std::string version;
};

/// What is used here of the status that onload-node publishes (schema 1).
struct NodeStatus {
    std::string version;  ///< of onload-node
    std::string boot_id;
    std::string kernel;
    std::string state;
    std::string reason;
    std::string reason_code;
    std::vector<StatusModule> modules;
    std::vector<std::string> devices;  ///< the device nodes that applications open
    std::uint64_t ports = 0;           ///< functions that are ours
    std::string time_daemon;
    bool time_daemon_active = false;
    std::uint64_t guard_attempts = 0;
    std::uint64_t guard_limit = 0;
    bool guard_tripped = false;
    std::vector<std::pair<std::string, double>> step_seconds;
};

/// ErrorCode::io: not JSON, or not a status; ErrorCode::mismatch: of another schema, or of another
/// boot than `boot_id`.
[[nodiscard]] Result<NodeStatus> read_node_status(std::string_view text, std::string_view boot_id);

}  // namespace onload_node::device_plugin
