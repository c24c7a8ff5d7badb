// SPDX-License-Identifier: BSD-2-Clause
#include "app/commands/commands.hpp"
#include "app/session/publish.hpp"
#include "app/session/session.hpp"
#include "core/model/managed_functions.hpp"
#include "core/planning/plan.hpp"
#include "run/execute.hpp"
#include "run/observe.hpp"

#include <algorithm>

namespace onload_node {

namespace {

/// Tells what the node is after something was taken back; `left` is what could not be.
Result<int> tell(const Config& config, Node& node, const std::vector<std::string>& left) {
    for (const auto& what : left) {
        node.access().progress.notice("could not be taken back: " + what);
    }
    const auto observed = TRY(observe(config, node.sensors()));
    publish(report_now(config, observed, node.sensors().files), config.publish, node);
    return left.empty() ? 0 : 1;
}

}  // namespace

/// What the unit runs when its main process has ended: nothing, unless that was killed midway.
Result<int> recover(const Command& command) {
    auto session = Session::open("recover");
    if (!session) {
        return tl::unexpected(session.error());
    }
    if (!session->log.open()) {
        return 0;
    }
    const Config config = config_or_default(command);
    Node& node = *session->node;
    if (!may_take_back(command, config, node)) {
        return 1;
    }
    node.access().progress.notice("the run was cut short: taking back what it had begun");
    return tell(config, node, recover(config, node.access(), session->log));
}

Result<int> revert(const Command& command) {
    auto session = TRY(Session::open("revert"));
    const Config config = config_or_default(command);
    Node& node = *session.node;
    const auto observed = TRY(observe(config, node.sensors()));
    if (!command.live && network_in_use(config, observed)) {
        return failure(
            ErrorCode::busy,
            "pending reboot: the network is up and going back would cut it off; --live does it all "
            "the same"
        );
    }
    return tell(config, node, revert(config, node.access(), session.log));
}

/// Only the clock: whatever else the plan has is for the next boot.
Result<int> time_fallback(const Command& command) {
    auto session = TRY(Session::open("time-fallback"));
    const Config config = config_or_default(command);
    Node& node = *session.node;
    const auto observed = TRY(observe(config, node.sensors()));
    Plan plan = make_plan(config, observed, {});
    std::erase_if(plan.phases, [](const Phase& phase) { return phase.name != PhaseName::time; });
    const auto execution = execute(plan, config, observed, node.access(), session.log);
    std::vector<std::string> left;
    for (const auto& failed : execution.failures) {
        left.push_back(failed.step + ": " + failed.error.message);
    }
    return tell(config, node, left);
}

}  // namespace onload_node
