// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>
#include <string>

#include <sys/types.h>

namespace onload_node::device_plugin {

/// Which socket a path leads to. An inode's number alone comes back within the moment.
struct SocketIdentity {
    dev_t device = 0;
    ino_t inode = 0;
    long changed_seconds = 0;
    long changed_nanoseconds = 0;

    bool operator==(const SocketIdentity&) const = default;
};

/// Nothing when there is no socket at that path.
[[nodiscard]] std::optional<SocketIdentity> socket_identity(const std::string& path);

/// Whether some process accepts connections there.
[[nodiscard]] bool is_served(const std::string& path);

}  // namespace onload_node::device_plugin
