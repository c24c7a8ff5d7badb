// SPDX-License-Identifier: BSD-2-Clause
#include "device_plugin/plugin.hpp"

#include "base/text.hpp"
#include "device_plugin/http_endpoint.hpp"
#include "device_plugin/node_view.hpp"
#include "device_plugin/plugin_server.hpp"
#include "device_plugin/plugin_state.hpp"
#include "device_plugin/watched_paths.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

namespace onload_node::device_plugin {

namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;

constexpr Milliseconds first_retry(200);
constexpr Milliseconds longest_retry(30'000);
/// How often the node is looked at while something may change unseen.
constexpr std::chrono::seconds between_looks(5);
constexpr Milliseconds between_tries_to_listen(30'000);
/// How long /healthz says that only a restart helps before the plugin ends. Nothing else may ask
/// /healthz: without a port there is none, and a probe of it would end a plugin that is well.
constexpr Milliseconds broken_for(10'000);
/// A kubelet that stops watching this soon after a registration may do so again.
constexpr Milliseconds soon_dropped(30'000);

bool is_directory(const std::string& path) {
    struct stat found = {};
    return ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}

Milliseconds longer(const std::optional<Milliseconds>& retry) {
    return retry ? std::min(*retry * 2, longest_retry) : first_retry;
}

/// Looks at the node, reports its health, and waits for the next event, until it is stopped.
class Plugin final {
public:
    explicit Plugin(const Options& options)
        : options_(options), node_(options), state_(options), server_(options, state_) {}

    Result<void> run(int stop) {
        do {
            keep_listening();
            TRY(look());
            TRY(end_if_broken());
        } while (wait(stop));
        spdlog::info("asked to stop: no more devices of {} from here", options_.resource);
        state_.set_broken("it was asked to stop");
        server_.stop();
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
        return keep_serving().map([this] { keep_registered(); });
    }

    void arm(const Seen& seen) {
        auto paths = node_.paths(seen);
        paths.insert({server_.socket(), server_.kubelet_socket()});
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
        why = why.empty() ? unserved_ : why;
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
        server_.stop();
        return failure(ErrorCode::io, compose("ending, to be restarted: {}", why));
    }

    Result<void> keep_serving() {
        if (server_.serving()) {
            return {};
        }
        if (!is_directory(options_.kubelet_directory)) {
            if (!std::exchange(no_directory_, true)) {
                spdlog::warn("{} has gone; waiting for it", options_.kubelet_directory);
            }
            return {};
        }
        no_directory_ = false;
        const auto served = server_.serve();
        unserved_.clear();
        if (served) {
            spdlog::info("serving {}", server_.socket());
        } else if (served.error().code == ErrorCode::exists) {
            return served;
        } else {
            unserved_ = served.error().message;
        }
        return {};
    }

    void keep_registered() {
        if (!server_.serving()) {
            retry_ = longer(retry_);
            was_registered_ = false;
            return;
        }
        if (Clock::now() < not_before_ && !server_.other_kubelet()) {
            return;
        }
        const auto registered = server_.register_with_kubelet();
        if (!registered) {
            retry_ = longer(retry_);
            spdlog::warn("{}; trying again in {} ms", registered.error().message, retry_->count());
            was_registered_ = false;
            return;
        }
        retry_.reset();
        if (*registered && !was_registered_) {
            registered_at_ = Clock::now();
        }
        if (*registered != was_registered_ || !said_) {
            const auto* const news =
                *registered ? "the kubelet offers" : "waiting for a kubelet to offer";
            spdlog::info("{} {} from here", news, options_.resource);
        }
        said_ = true;
        was_registered_ = *registered;
    }

    /// A kubelet that does not watch us any more, though its socket is the same: it may have been
    /// killed, or have lost us. It is told again, later each time if it drops us at once.
    void take_drop() {
        server_.take_drop();
        if (!std::exchange(was_registered_, false)) {
            return;
        }
        const auto now = Clock::now();
        drop_delay_ = now - registered_at_ < soon_dropped ? longer(drop_delay_) : Milliseconds(0);
        not_before_ = now + *drop_delay_;
        spdlog::warn("the kubelet does not watch the devices any more; telling it of them again");
    }

    /// The next moment at which to look although nothing was reported.
    [[nodiscard]] std::optional<Clock::time_point> next_look() const {
        const auto now = Clock::now();
        std::optional<Clock::time_point> next;
        const auto by = [&next](Clock::time_point time) {
            next = next ? std::min(*next, time) : time;
        };
        if (retry_) {
            by(now + *retry_);
        }
        if (!was_registered_ && not_before_ > now) {
            by(not_before_);
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
                 {server_.drops(), POLLIN, 0}}};
            const int ready = ::poll(waiting.data(), waiting.size(), milliseconds_to(until));
            if (ready > 0 && waiting[0].revents != 0) {
                return false;
            }
            if (ready > 0 && waiting[2].revents != 0) {
                take_drop();
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
    PluginServer server_;
    std::unique_ptr<HttpEndpoint> http_;
    Clock::time_point listen_again_;
    Seen seen_{failure(ErrorCode::not_found, "not looked at yet"), "", {}, "", "", {}};
    std::string told_unwatched_;
    std::string unserved_;  ///< why there is no socket although there could be one
    std::optional<Clock::time_point> broken_since_;
    std::optional<Milliseconds> retry_;
    std::optional<Milliseconds> drop_delay_;
    Clock::time_point not_before_;
    Clock::time_point registered_at_;
    bool was_registered_ = false;
    bool said_ = false;
    bool no_directory_ = false;
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
