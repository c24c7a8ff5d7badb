// SPDX-License-Identifier: BSD-2-Clause
#include "device_plugin/plugin.hpp"

#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "device_plugin/http_endpoint.hpp"
#include "device_plugin/plugin_server.hpp"
#include "device_plugin/plugin_service.hpp"
#include "device_plugin/watched_paths.hpp"
#include "system/files/files.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <optional>

#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

namespace onload_node::device_plugin {

namespace {

using Milliseconds = std::chrono::milliseconds;

constexpr Milliseconds first_retry(200);
constexpr Milliseconds longest_retry(30'000);

bool is_directory(const std::string& path) {
    struct stat found = {};
    return ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}

bool is_character_device(const std::string& path) {
    struct stat found = {};
    return ::stat(path.c_str(), &found) == 0 && S_ISCHR(found.st_mode);
}

/// The node as the plugin sees it.
class NodeView final {
public:
    explicit NodeView(const Options& options) : options_(options) {}

    [[nodiscard]] Result<NodeStatus> status() const {
        const auto boot = files_.read(paths::boot_id);
        const auto text = files_.read(options_.status);
        if (!text) {
            return failure(
                text.error().code,
                compose(
                    "the node says nothing of itself ({}); has onload-node run?",
                    text.error().message
                )
            );
        }
        auto read = read_node_status(*text, without_newline(boot.value_or("")));
        if (!read) {
            return failure(options_.status, read.error());
        }
        return read;
    }

    [[nodiscard]] Health health(const Result<NodeStatus>& status) const {
        return judge(
            status,
            options_,
            [this](const std::string& device) { return is_character_device(seen(device)); },
            is_directory
        );
    }

    /// The paths that the health depends on.
    [[nodiscard]] std::set<std::string> paths(const Result<NodeStatus>& status) const {
        std::set<std::string> all = {options_.status, options_.libraries_path};
        for (const auto device : paths::onload_devices) {
            all.insert(seen(device));
        }
        for (const auto& device : status ? status->devices : std::vector<std::string>()) {
            all.insert(seen(device));
        }
        return all;
    }

private:
    static std::string without_newline(std::string text) {
        text.erase(std::find(text.begin(), text.end(), '\n'), text.end());
        return text;
    }

    /// The path at which the plugin sees a device node of the host.
    [[nodiscard]] std::string seen(std::string_view device) const {
        constexpr std::string_view host_root = "/dev/";
        return compose(
            "{}/{}",
            options_.device_root,
            device.starts_with(host_root) ? device.substr(host_root.size()) : device
        );
    }

    const Options& options_;
    SystemFiles files_;
};

/// Looks at the node, reports its health, and waits for the next event, until it is stopped.
class Plugin final {
public:
    Plugin(const Options& options, WatchedPaths watched)
        : options_(options)
        , node_(options)
        , watched_(std::move(watched))
        , service_(options)
        , server_(options, service_) {}

    Result<void> run(int stop) {
        auto http = HttpEndpoint::open(
            options_.listen_host,
            options_.listen_port,
            {[this] { return healthy_.load(); }, [this] { return service_.metrics(); }}
        );
        if (!http) {
            return tl::unexpected(http.error());
        }
        spdlog::info("/healthz and /metrics on port {}", (*http)->port());
        do {
            TRY(look());
        } while (wait(stop));
        spdlog::info("asked to stop: no more devices of {} from here", options_.resource);
        healthy_ = false;
        server_.stop();
        return {};
    }

private:
    Result<void> look() {
        arm(node_.status());
        const auto status = node_.status();
        arm(status);  // the status may name other devices now
        auto health = node_.health(status);
        const auto said =
            health.healthy ? "devices are healthy" : "devices are unhealthy: " + health.reason;
        if (service_.set(status, std::move(health))) {
            spdlog::info("{} {}", options_.resource, said);
        }
        return keep_serving().map([this] { keep_registered(); });
    }

    void arm(const Result<NodeStatus>& status) {
        auto paths = node_.paths(status);
        paths.insert({server_.socket(), server_.kubelet_socket()});
        watched_.watch(paths);
    }

    Result<void> keep_serving() {
        if (server_.serving()) {
            return {};
        }
        healthy_ = false;
        auto served = server_.serve();
        if (served) {
            spdlog::info("serving {}", server_.socket());
            healthy_ = true;
        }
        return served;
    }

    void keep_registered() {
        const auto registered = server_.register_with_kubelet();
        if (!registered) {
            retry_ = retry_ ? std::min(*retry_ * 2, longest_retry) : first_retry;
            spdlog::warn("{}; trying again in {} ms", registered.error().message, retry_->count());
            was_registered_ = false;
            return;
        }
        retry_.reset();
        if (*registered != was_registered_ || !said_) {
            const auto* const news =
                *registered ? "the kubelet offers" : "waiting for a kubelet to offer";
            spdlog::info("{} {} from here", news, options_.resource);
        }
        said_ = true;
        was_registered_ = *registered;
    }

    /// Waits for an event or, if the registration failed, for the time to try it again. False when
    /// it is time to stop.
    bool wait(int stop) {
        for (;;) {
            std::array<pollfd, 2> waiting = {
                {{stop, POLLIN, 0}, {watched_.descriptor(), POLLIN, 0}}};
            const int ready = ::poll(
                waiting.data(), waiting.size(), retry_ ? static_cast<int>(retry_->count()) : -1
            );
            if (ready > 0 && waiting[0].revents != 0) {
                return false;
            }
            if (ready == 0 || (ready > 0 && watched_.take_events())) {
                return true;
            }
        }
    }

    const Options& options_;
    NodeView node_;
    WatchedPaths watched_;
    PluginService service_;
    PluginServer server_;
    std::atomic<bool> healthy_ = false;
    std::optional<Milliseconds> retry_;
    bool was_registered_ = false;
    bool said_ = false;
};

}  // namespace

Result<void> run_plugin(const Options& options, int stop) {
    if (!is_directory(options.kubelet_directory)) {
        return failure(
            ErrorCode::not_found,
            compose(
                "no directory {}: is this a node with a kubelet? --kubelet-directory names "
                "another",
                options.kubelet_directory
            )
        );
    }
    auto watched = TRY(WatchedPaths::open());
    return Plugin(options, std::move(watched)).run(stop);
}

}  // namespace onload_node::device_plugin
