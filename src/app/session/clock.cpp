// SPDX-License-Identifier: BSD-2-Clause
#include "app/session/clock.hpp"

#include "app/session/session.hpp"
#include "core/planning/clock_retry.hpp"
#include "run/records.hpp"

namespace onload_node {

namespace {

bool time_daemon_failed(const Config& config, const Observed& observed) {
    const auto daemon = observed.units.find(config.time.daemon);
    return daemon != observed.units.end() && daemon->second.active_state == "failed";
}

}  // namespace

Result<int> change_clock(
    const char* verb,
    const Config& config,
    std::optional<ClockRequest> request,
    const std::string& waits_for
) {
    const auto session = TRY(Session::open(verb));
    NodeRun run = session->run(config);
    TRY(run.look());
    auto record = run.observed().clock_fallback;
    // A daemon that somebody has stopped is not tried again.
    if (request == ClockRequest::give_back && time_daemon_failed(config, run.observed())) {
        record = clock_given_back(run.observed(), config.time.retry);
    }
    const auto left = request ? run.act_on_clock(*request) : std::vector<std::string>();
    if (record) {
        record->waits_for = waits_for;
        TRY(write_clock_fallback(session->files(), *record));
    }
    return session->tell_taken_back(config, run, left);
}

}  // namespace onload_node
