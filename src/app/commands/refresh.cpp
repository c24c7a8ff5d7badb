// SPDX-License-Identifier: BSD-2-Clause
#include "app/commands/commands.hpp"
#include "app/config/config_file.hpp"
#include "app/session/node_report.hpp"
#include "app/session/publish.hpp"
#include "app/session/session.hpp"
#include "core/planning/plan.hpp"

namespace onload_node {

namespace {

/// A card that goes away is told to this command alone, and the clock on it has to be given back.
Result<void> give_clock_back_without_card(const Config& config, NodeRun& run, Session& session) {
    const Plan plan = make_plan(config, run.observed(), {});
    if (plan.goal != State::idle || !plan.has(PhaseName::time)) {
        return {};
    }
    for (const auto& failed : run.act_on_clock(ClockRequest::as_configured)) {
        session.say("the clock could not be given back: " + failed);
    }
    return run.look();
}

}  // namespace

Result<int> refresh(const Command& command) {
    const auto session = TRY(Session::open("refresh"));
    const auto config = load_config(command);
    if (!config) {
        const auto report = TRY(report_bad_config(session->node(), config.error()));
        publish(report, PublishConfig(), session->node(), Telling::if_changed);
        return 0;
    }
    NodeRun run = session->run(*config);
    TRY(run.look());
    TRY(give_clock_back_without_card(*config, run, *session));
    session->tell(*config, run.observed());
    return 0;
}

}  // namespace onload_node
