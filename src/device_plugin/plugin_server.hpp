// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"
#include "device_plugin/plugin_service.hpp"

#include <memory>
#include <optional>
#include <string>

#include <sys/types.h>

namespace onload_node::device_plugin {

/// The plugin's socket beside that of the kubelet, and the kubelet's knowledge of it.
class PluginServer final {
public:
    PluginServer(const Options& options, PluginService& service);
    ~PluginServer();

    PluginServer(const PluginServer&) = delete;
    PluginServer& operator=(const PluginServer&) = delete;

    [[nodiscard]] const std::string& socket() const { return socket_; }

    [[nodiscard]] const std::string& kubelet_socket() const { return kubelet_socket_; }

    /// Serves, if need be anew: a kubelet that starts removes the sockets of all plugins.
    /// ErrorCode::exists: another plugin serves this resource; ErrorCode::io: no socket can be
    /// made.
    Result<void> serve();

    /// Whether the socket is there and the one that was made by serve().
    [[nodiscard]] bool serving() const;

    /// Tells the kubelet of the plugin, unless the one that is there knows it. False when there is
    /// none yet. An error is worth another try in a while.
    Result<bool> register_with_kubelet();

    /// Lets calls in progress come to their end, for at most two seconds, and removes the socket.
    void stop();

private:
    const std::string resource_;
    const std::string endpoint_;
    const std::string socket_;
    const std::string kubelet_socket_;
    PluginService& service_;
    std::unique_ptr<grpc::Server> server_;
    std::optional<SocketIdentity> own_;
    std::optional<SocketIdentity> registered_with_;
};

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
