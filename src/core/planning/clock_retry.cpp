// SPDX-License-Identifier: BSD-2-Clause
#include "core/planning/clock_retry.hpp"

#include "core/model/paths.hpp"
#include "core/planning/clock_port.hpp"

#include <algorithm>

namespace onload_node {

namespace {

constexpr std::int64_t first_pause = 60;

/// Until a daemon that cannot start has failed for good: StartLimitIntervalSec= of its unit.
constexpr std::int64_t longest_failing = 90;

std::int64_t in_seconds(Milliseconds duration) {
    return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

}  // namespace

ClockFallback clock_given_back(const Observed& observed, Milliseconds longest) {
    const std::int64_t most = std::max<std::int64_t>(in_seconds(longest), 1);
    const auto& before = observed.clock_fallback;
    const std::int64_t now = observed.uptime;
    const bool again = before && now - before->next <= most + longest_failing;
    ClockFallback record{now, now, again ? before->tries + 1 : 0, ""};
    std::int64_t pause = std::min(first_pause, most);
    for (std::int64_t i = 0; i < record.tries && pause < most; ++i) {
        pause = std::min(2 * pause, most);
    }
    record.next = now + pause;
    return record;
}

std::string missing_for_retry(const Config& config, const Observed& observed) {
    if (const auto port = clock_port(config, observed); !port) {
        return port.error().message;
    }
    return clock_port_complaint(config, observed);
}

ClockMove clock_move(const Config& config, const Observed& observed) {
    const auto daemon = observed.units.find(config.time.daemon);
    if (daemon == observed.units.end() || daemon->second.running_or_coming()) {
        return ClockMove::none;
    }
    if (observed.generated_files.contains(std::string(paths::time_marker))) {
        return daemon->second.active_state == "failed" ? ClockMove::give_back : ClockMove::none;
    }
    const auto& record = observed.clock_fallback;
    if (!record) {
        return ClockMove::none;
    }
    const bool ready = missing_for_retry(config, observed).empty();
    const bool due = observed.uptime >= record->next || !record->waits_for.empty();
    return ready && due ? ClockMove::retry : ClockMove::wait;
}

}  // namespace onload_node
