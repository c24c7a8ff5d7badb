// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"
#include "device_plugin/options.hpp"
#include "device_plugin/plugin_server.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace onload_node::device_plugin {

/// Keeps the plugin served and registered, whatever the kubelet does: it may come late, go, refuse
/// us, lose us, or have its directory removed. Logs what becomes of it.
class KubeletLink final {
public:
    using Clock = std::chrono::steady_clock;

    KubeletLink(const Options& options, PluginState& state);

    /// Serves and registers as far as that is possible now. ErrorCode::exists: another plugin
    /// serves this resource.
    Result<void> keep();

    /// Takes note that the kubelet does not watch any more, when drops() is readable.
    void take_drop();

    /// Ends the calls in progress and removes the socket.
    void stop() { server_.stop(); }

    [[nodiscard]] int drops() const { return server_.drops(); }

    /// The sockets that keep() looks at, to be watched.
    [[nodiscard]] const std::string& socket() const { return server_.socket(); }

    [[nodiscard]] const std::string& kubelet_socket() const { return server_.kubelet_socket(); }

    /// Why there is no socket although its directory is there; "" otherwise.
    [[nodiscard]] const std::string& unserved() const { return unserved_; }

    /// When to call keep() again although no socket has changed.
    [[nodiscard]] std::optional<Clock::time_point> next_try() const;

private:
    using Milliseconds = std::chrono::milliseconds;

    Result<void> keep_serving();
    void keep_registered();
    void register_now();
    void try_again_later();

    const Options& options_;
    PluginServer server_;
    std::string unserved_;
    std::optional<Milliseconds> retry_;       ///< the wait that failures in a row have come to
    std::optional<Milliseconds> drop_delay_;  ///< likewise of drops in a row
    Clock::time_point next_try_;              ///< while retry_ has a value
    Clock::time_point not_before_;            ///< with the kubelet that has dropped us
    Clock::time_point registered_at_;
    bool was_registered_ = false;
    bool said_ = false;
    bool no_directory_ = false;
};

[[nodiscard]] bool is_directory(const std::string& path);

}  // namespace onload_node::device_plugin
