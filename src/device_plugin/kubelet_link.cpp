// SPDX-License-Identifier: BSD-2-Clause
#include "device_plugin/kubelet_link.hpp"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>
#include <sys/stat.h>

namespace onload_node::device_plugin {

namespace {

using Milliseconds = std::chrono::milliseconds;

constexpr Milliseconds first_retry(200);
constexpr Milliseconds longest_retry(30'000);
/// A kubelet that stops watching this soon after a registration may do so again.
constexpr Milliseconds soon_dropped(30'000);

Milliseconds longer(const std::optional<Milliseconds>& retry) {
    return retry ? std::min(*retry * 2, longest_retry) : first_retry;
}

}  // namespace

KubeletLink::KubeletLink(const Options& options, PluginState& state)
    : options_(options), server_(options, state) {}

Result<void> KubeletLink::keep() {
    return keep_serving().map([this] { keep_registered(); });
}

Result<void> KubeletLink::keep_serving() {
    unserved_.clear();
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
    auto served = server_.serve();
    if (served) {
        spdlog::info("serving {}", server_.socket());
        return served;
    }
    if (served.error().code == ErrorCode::exists) {
        return served;
    }
    unserved_ = served.error().message;
    return {};
}

void KubeletLink::keep_registered() {
    if (!server_.serving()) {
        was_registered_ = false;
        try_again_later();
        return;
    }
    if (Clock::now() >= not_before_ || server_.other_kubelet()) {
        register_now();
    }
}

void KubeletLink::register_now() {
    const auto registered = server_.register_with_kubelet();
    if (!registered) {
        was_registered_ = false;
        try_again_later();
        spdlog::warn("{}; trying again in {} ms", registered.error().message, retry_->count());
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

void KubeletLink::try_again_later() {
    retry_ = longer(retry_);
    next_try_ = Clock::now() + *retry_;
}

void KubeletLink::take_drop() {
    server_.take_drop();
    if (!std::exchange(was_registered_, false)) {
        return;
    }
    // It may have been killed, and its socket is still there, or it has lost us. It is told again,
    // later each time if it drops us at once.
    const auto now = Clock::now();
    drop_delay_ = now - registered_at_ < soon_dropped ? longer(drop_delay_) : Milliseconds(0);
    not_before_ = now + *drop_delay_;
    spdlog::warn("the kubelet does not watch the devices any more; telling it of them again");
}

std::optional<KubeletLink::Clock::time_point> KubeletLink::next_try() const {
    if (retry_) {
        return next_try_;
    }
    return !was_registered_ && not_before_ > Clock::now() ? std::optional(not_before_)
                                                          : std::nullopt;
}

bool is_directory(const std::string& path) {
    struct stat found = {};
    return ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}

}  // namespace onload_node::device_plugin
