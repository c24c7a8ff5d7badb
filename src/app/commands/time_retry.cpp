// SPDX-License-Identifier: BSD-2-Clause
#include "app/commands/commands.hpp"
#include "app/config/config_file.hpp"
#include "app/session/clock.hpp"
#include "app/session/node.hpp"
#include "core/model/paths.hpp"
#include "core/planning/clock_retry.hpp"
#include "run/observe.hpp"

#include <thread>

namespace onload_node {

namespace {

constexpr const char* verb = "time-retry";

/// One waiting time-retry: the node is looked at without the lock, and changed under it.
class Retry {
public:
    explicit Retry(const Config& config) : config_(config) {}

    Result<int> run();

private:
    Result<void> tell_what_is_missing();
    Result<void> wait();
    [[nodiscard]] bool over();

    const Config& config_;
    Node node_;
    Observed observed_;
};

/// The status says what is waited for.
Result<void> Retry::tell_what_is_missing() {
    const auto missing = missing_for_retry(config_, observed_);
    auto& told = observed_.clock_fallback->waits_for;
    if (told != missing) {
        told = missing;
        static_cast<void>(TRY(change_clock(verb, config_, std::nullopt, missing)));
    }
    return {};
}

/// True if a whole look is due.
bool Retry::over() {
    const auto& files = node_.sensors().files;
    const auto& record = *observed_.clock_fallback;
    if (files.exists(paths::time_marker) || !files.exists(paths::clock_record)) {
        return true;
    }
    return record.waits_for.empty() ? observed_.uptime >= record.next
                                    : missing_for_retry(config_, observed_).empty();
}

/// What is missing may also be an interface, which only a whole look finds.
Result<void> Retry::wait() {
    for (int looks = 0; looks < looks_between_whole_ones && !over(); ++looks) {
        std::this_thread::sleep_for(between_looks);
        TRY(observe_links(observed_, node_.sensors()));
    }
    return {};
}

Result<int> Retry::run() {
    for (;;) {
        observed_ = Observed();
        TRY(look_at_clock(observed_, config_, node_.sensors()));
        switch (clock_move(config_, observed_)) {
        case ClockMove::none:
            return 0;
        case ClockMove::retry:
            return change_clock(verb, config_, ClockRequest::retry);
        case ClockMove::give_back:
            static_cast<void>(TRY(change_clock(verb, config_, ClockRequest::give_back)));
            // A step that failed is not tried again without a pause.
            std::this_thread::sleep_for(between_looks);
            break;
        case ClockMove::wait:
            TRY(tell_what_is_missing());
            TRY(wait());
            break;
        }
    }
}

}  // namespace

Result<int> time_retry(const Command& command) {
    const Config config = config_or_default(command);
    return Retry(config).run();
}

}  // namespace onload_node
