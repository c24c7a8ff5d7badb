// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace onload_node::device_plugin {

/// /healthz and /metrics over HTTP, answered by threads of its own.
class HttpEndpoint {
public:
    /// What the two answer with; called from those threads.
    struct Answers {
        std::function<bool()> healthy;
        std::function<std::string()> metrics;
    };

    /// `host` "" is every address of the machine, port 0 any free one. ErrorCode::busy: the port
    /// cannot be had.
    static Result<std::unique_ptr<HttpEndpoint>>
    open(const std::string& host, std::uint16_t port, const Answers& answers);

    /// Ends when requests in progress have been answered.
    virtual ~HttpEndpoint() = default;

    HttpEndpoint(const HttpEndpoint&) = delete;
    HttpEndpoint& operator=(const HttpEndpoint&) = delete;

    [[nodiscard]] virtual int port() const = 0;

protected:
    HttpEndpoint() = default;
};

}  // namespace onload_node::device_plugin
