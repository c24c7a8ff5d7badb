// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/handle.hpp"
#include "base/result.hpp"
#include "device_plugin/plugin_service.hpp"
#include "device_plugin/watch_streams.hpp"

#include <memory>
#include <optional>
#include <string>

#include <sys/types.h>

namespace onload_node::device_plugin {

/// Identifies a socket file. The inode number is not enough: a new socket may reuse it at once.
struct SocketIdentity {
    dev_t device = 0;
    ino_t inode = 0;
    long changed_seconds = 0;
    long changed_nanoseconds = 0;

    bool operator==(const SocketIdentity&) const = default;
};

/// Nothing when there is no socket at that path.
[[nodiscard]] std::optional<SocketIdentity> socket_identity(const std::string& path);

/// Whether a process accepts connections at that path.
[[nodiscard]] bool is_served(const std::string& path);

/// The plugin's socket, next to the kubelet's, and its registration with the kubelet.
class PluginServer final {
public:
    PluginServer(const Options& options, PluginState& state);
    ~PluginServer();

    PluginServer(const PluginServer&) = delete;
    PluginServer& operator=(const PluginServer&) = delete;

    [[nodiscard]] const std::string& socket() const { return socket_; }

    [[nodiscard]] const std::string& kubelet_socket() const { return kubelet_socket_; }

    /// Serves, or serves again: a kubelet removes the sockets of all plugins when it starts.
    /// ErrorCode::exists: another plugin serves this resource. ErrorCode::io: the socket cannot be
    /// made, now.
    Result<void> serve();

    /// Whether the socket exists and is the one that serve() made.
    [[nodiscard]] bool serving() const;

    /// Registers the plugin unless the running kubelet knows it already. False when no kubelet runs
    /// yet. After an error, try again later.
    Result<bool> register_with_kubelet();

    /// Readable when the kubelet that has the devices does not watch them any more.
    [[nodiscard]] int drops() const { return drops_.get(); }

    /// Takes note of such a drop: the kubelet has to be told again, even if its socket is the same.
    void take_drop();

    /// Whether the kubelet's socket is another one than that of the kubelet which dropped us.
    [[nodiscard]] bool other_kubelet() const;

    /// Waits at most two seconds for the calls in progress and removes the socket.
    void stop();

private:
    const std::string resource_;
    const std::string endpoint_;
    const std::string socket_;
    const std::string kubelet_socket_;
    PluginState& state_;
    UniqueFd drops_;
    std::unique_ptr<PluginService> service_;  ///< a server's own: gRPC takes none twice
    std::unique_ptr<WatchStreams> streams_;
    std::unique_ptr<grpc::Server> server_;
    std::optional<SocketIdentity> own_;
    std::optional<SocketIdentity> registered_with_;
    std::optional<SocketIdentity> dropped_by_;
};

}  // namespace onload_node::device_plugin
