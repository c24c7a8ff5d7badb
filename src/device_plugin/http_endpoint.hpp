// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"
#include "device_plugin/plugin_state.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace onload_node::device_plugin {

/// Serves /healthz and /metrics over HTTP, on its own threads.
class HttpEndpoint {
public:
    /// The content of the two answers. The endpoint's threads call these functions.
    struct Answers {
        std::function<PluginHealth()> healthz;
        std::function<std::string()> metrics;
    };

    /// An empty `host` means every address of the machine, port 0 any free port. ErrorCode::busy:
    /// the port is not available, now.
    static Result<std::unique_ptr<HttpEndpoint>>
    open(const std::string& host, std::uint16_t port, const Answers& answers);

    /// Waits until the requests in progress have been answered.
    virtual ~HttpEndpoint() = default;

    HttpEndpoint(const HttpEndpoint&) = delete;
    HttpEndpoint& operator=(const HttpEndpoint&) = delete;

    [[nodiscard]] virtual int port() const = 0;

protected:
    HttpEndpoint() = default;
};

}  // namespace onload_node::device_plugin
