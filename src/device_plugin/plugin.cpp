// SPDX-License-Identifier: BSD-2-Clause
#include "device_plugin/plugin.hpp"

#include "base/text.hpp"
#include "device_plugin/http_endpoint.hpp"
#include "device_plugin/kubelet_link.hpp"
#include "device_plugin/node_view.hpp"
#include "device_plugin/plugin_state.hpp"
#include "system/files/watched_paths.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <poll.h>
#include <spdlog/spdlog.h>

namespace onload_node::device_plugin {

namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;

/// How often the node is looked at while something may change unseen.
constexpr std::chrono::seconds between_looks(5);
constexpr Milliseconds between_tries_to_listen(30'000);
/// How long /healthz says that only a restart helps before the plugin ends. Nothing else may ask
/// /healthz: without a port there is none, and a probe of it would end a plugin that is well.
constexpr Milliseconds broken_for(10'000);

/// Looks at the node, reports its health, and waits for the next event, until it is stopped.
class Plugin final {
public:
    explicit Plugin(const Options& options)
        : options_(options), node_(options), state_(options), link_(options, state_) {}

    Result<void> run(int stop) {
        do {
            keep_listening();
            TRY(look());
            TRY(end_if_broken());
        } while (wait(stop));
        spdlog::info("asked to stop: no more devices of {} from here", options_.resource);
        state_.set_broken("it was asked to stop");
        link_.stop();
        return {};
    }

private:
    /// /healthz and /metrics are not worth the devices: without them it goes on, and tries again.
    void keep_listening() {
        if (http_ || Clock::now() < listen_again_) {
            return;
        }
        auto http = HttpEndpoint::open(
            options_.listen_host,
            options_.listen_port,
            {[this] { return state_.health(); }, [this] { return state_.metrics(); }}
        );
        if (http) {
            http_ = std::move(*http);
            spdlog::info("/healthz and /metrics on port {}", http_->port());
            return;
        }
        if (listen_again_ == Clock::time_point()) {
            spdlog::warn("{}; going on without, and trying again", http.error().message);
        }
        listen_again_ = Clock::now() + between_tries_to_listen;
    }

    Result<void> look() {
        arm(seen_);
        auto seen = node_.look();
        arm(seen);  // the status may name other devices now
        seen_ = seen;
        if (state_.set(std::move(seen))) {
            const auto health = state_.health().text;
            spdlog::info(
                "{} devices are {}", options_.resource, health.substr(0, health.size() - 1)
            );
        }
        return link_.keep();
    }

    void arm(const Seen& seen) {
        auto paths = node_.paths(seen);
        paths.insert({link_.socket(), link_.kubelet_socket()});
        watched_.watch(paths);
        if (watched_.problem() != told_unwatched_) {
            told_unwatched_ = watched_.problem();
            if (told_unwatched_.empty()) {
                spdlog::info("every change is noticed at once again");
            } else {
                spdlog::warn(
                    "changes cannot be watched ({}); looking every {} s",
                    told_unwatched_,
                    between_looks.count()
                );
            }
        }
    }

    /// What only a restart cures, and therefore 503 of /healthz and, a while later, our end:
    /// - a directory that was mounted for us is not the host's any more. A new container gets it
    ///   mounted anew;
    /// - our socket cannot be made, though its directory is there. A new process has a new server.
    /// All else heals by itself or is mended on the node, and a restart would only take the devices
    /// away for a moment: what the node lacks, a kubelet that has gone or refuses us, a directory
    /// of the kubelet that is missing, a refused watch (then we look every few seconds) or port. A
    /// server that does not serve any more is made anew; a thread that has ended ends the process.
    Result<void> end_if_broken() {
        auto why = node_.stale_mount();
        why = why.empty() ? link_.unserved() : why;
        state_.set_broken(why);
        if (why.empty()) {
            broken_since_.reset();
            return {};
        }
        const auto now = Clock::now();
        if (!broken_since_) {
            broken_since_ = now;
            spdlog::error("only a restart helps: {}", why);
        }
        if (now - *broken_since_ < broken_for) {
            return {};
        }
        link_.stop();
        return failure(ErrorCode::io, compose("ending, to be restarted: {}", why));
    }

    /// The next moment at which to look although nothing was reported.
    [[nodiscard]] std::optional<Clock::time_point> next_look() const {
        const auto now = Clock::now();
        std::optional<Clock::time_point> next;
        const auto by = [&next](Clock::time_point time) {
            next = next ? std::min(*next, time) : time;
        };
        if (const auto next_try = link_.next_try()) {
            by(*next_try);
        }
        // Not everything is reported: a module that has come alive, a mounted directory that is
        // removed for good only after what was in it.
        if (!told_unwatched_.empty() || !state_.healthy()) {
            by(now + between_looks);
        }
        if (!http_) {
            by(listen_again_);
        }
        if (broken_since_) {
            by(*broken_since_ + broken_for);
        }
        return next;
    }

    /// Waits for an event, or for next_look(). False when it is time to stop.
    bool wait(int stop) {
        const auto until = next_look();
        for (;;) {
            std::array<pollfd, 3> waiting = {
                {{stop, POLLIN, 0},
                 {watched_.descriptor(), POLLIN, 0},
                 {link_.drops(), POLLIN, 0}}};
            const int ready = ::poll(waiting.data(), waiting.size(), milliseconds_to(until));
            if (ready > 0 && waiting[0].revents != 0) {
                return false;
            }
            if (ready > 0 && waiting[2].revents != 0) {
                link_.take_drop();
                return true;
            }
            if (ready == 0 || (ready > 0 && watched_.take_events())) {
                return true;
            }
        }
    }

    static int milliseconds_to(const std::optional<Clock::time_point>& time) {
        if (!time) {
            return -1;
        }
        const auto rest = std::chrono::ceil<Milliseconds>(*time - Clock::now());
        return static_cast<int>(std::max(rest, Milliseconds(0)).count());
    }

    const Options& options_;
    NodeView node_;
    WatchedPaths watched_;
    PluginState state_;
    KubeletLink link_;
    std::unique_ptr<HttpEndpoint> http_;
    Clock::time_point listen_again_;
    Seen seen_{failure(ErrorCode::not_found, "not looked at yet"), "", {}, "", "", {}};
    std::string told_unwatched_;
    std::optional<Clock::time_point> broken_since_;
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
    return Plugin(options).run(stop);
}

}  // namespace onload_node::device_plugin
