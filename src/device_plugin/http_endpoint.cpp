// SPDX-License-Identifier: BSD-2-Clause
#include "device_plugin/http_endpoint.hpp"

#include "base/text.hpp"

#include <chrono>
#include <thread>

#include <httplib.h>

namespace onload_node::device_plugin {

namespace {

/// One for the scraper, one for the kubelet and one for a request by hand.
constexpr std::size_t threads = 3;
constexpr int most_requests_per_connection = 100;
constexpr time_t idle_connection_seconds = 5;
constexpr int most_tries = 5000;

class HttplibEndpoint final : public HttpEndpoint {
public:
    explicit HttplibEndpoint(Answers answers) : answers_(std::move(answers)) {
        server_.new_task_queue = [] {
            return new httplib::ThreadPool(threads);
        };  // httplib owns it
        server_.set_keep_alive_max_count(most_requests_per_connection);
        server_.set_keep_alive_timeout(idle_connection_seconds);
        server_.Get("/healthz", [this](const httplib::Request&, httplib::Response& response) {
            const auto health = answers_.healthz();
            response.status = health.well ? 200 : 503;
            response.set_content(health.text, "text/plain");
        });
        server_.Get("/metrics", [this](const httplib::Request&, httplib::Response& response) {
            response.set_content(answers_.metrics(), "text/plain; version=0.0.4");
        });
    }

    ~HttplibEndpoint() override {
        server_.stop();
        if (listener_.joinable()) {
            listener_.join();
        }
    }

    HttplibEndpoint(const HttplibEndpoint&) = delete;
    HttplibEndpoint& operator=(const HttplibEndpoint&) = delete;

    bool listen(const std::string& host, std::uint16_t port) {
        port_ = port;
        if (port == 0) {
            port_ = server_.bind_to_any_port(host);
        } else if (!server_.bind_to_port(host, port)) {
            port_ = -1;
        }
        if (port_ <= 0) {
            return false;
        }
        listener_ = std::thread([this] { server_.listen_after_bind(); });
        // A stop() before the server runs would be lost, and the destructor would wait for ever.
        for (int tries = 0; tries < most_tries && !server_.is_running(); ++tries) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        return true;
    }

    [[nodiscard]] int port() const override { return port_; }

private:
    Answers answers_;
    httplib::Server server_;
    std::thread listener_;
    int port_ = -1;
};

}  // namespace

Result<std::unique_ptr<HttpEndpoint>>
HttpEndpoint::open(const std::string& host, std::uint16_t port, const Answers& answers) {
    // "::" accepts IPv4 as well; "0.0.0.0" is for machines without IPv6.
    for (const auto* const address :
         host.empty() ? std::vector{"::", "0.0.0.0"} : std::vector{host.c_str()}) {
        auto endpoint = std::make_unique<HttplibEndpoint>(answers);
        if (endpoint->listen(address, port)) {
            return endpoint;
        }
    }
    return failure(
        ErrorCode::busy,
        compose(
            "cannot listen on {}:{} for /healthz and /metrics: it is taken, or SELinux refuses it "
            "(container_device_plugin_t may bind since container-selinux of September 2024); "
            "--listen names another",
            host,
            std::to_string(port)
        )
    );
}

}  // namespace onload_node::device_plugin
