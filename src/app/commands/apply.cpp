// SPDX-License-Identifier: BSD-2-Clause
#include "app/commands/commands.hpp"
#include "app/output/output.hpp"
#include "app/session/publish.hpp"
#include "app/session/session.hpp"
#include "core/planning/plan.hpp"
#include "run/execute.hpp"
#include "run/observe.hpp"
#include "run/plan_when_settled.hpp"
#include "run/run_record.hpp"

namespace onload_node {

namespace {

/// What this run met is known here even when it could not be written down.
Result<int>
carry_out(const Plan& plan, const Config& config, Observed& observed, Session& session) {
    Node& node = *session.node;
    if (plan.empty()) {
        return publish(report_now(config, observed, node.sensors().files), config.publish, node);
    }
    const auto look = [&] { return observe_again(observed, config, node.sensors()); };
    const auto execution =
        TRY(execute_and_correct(plan, config, observed, node.access(), session.log, look));
    const auto record = to_record(execution, observed.boot_id);
    if (const auto written = write_run_record(node.access().files, record); !written) {
        node.access().progress.notice(written.error().message);
    }
    const Plan left = make_plan(config, observed, {});
    return publish(make_report(config, observed, left, record), config.publish, node);
}

/// Nothing is touched; the report says what is wrong.
Result<int> refuse(const Error& error, Node& node) {
    node.access().progress.notice(error.message);
    const auto report = report_bad_config(node, error);
    return report ? Result<int>(publish(*report, PublishConfig(), node))
                  : tl::unexpected(report.error());
}

}  // namespace

Result<int> apply(const Command& command) {
    auto session = TRY(Session::open("apply"));
    Node& node = *session.node;
    const auto config = load_config(command);
    if (!config) {
        return refuse(config.error(), node);
    }
    if (session.log.open() && may_take_back(command, *config, node)) {
        node.access().progress.notice("an earlier run was cut short: taking back what it had begun"
        );
        static_cast<void>(recover(*config, node.access(), session.log));
    }
    auto observed = TRY(observe(*config, node.sensors()));
    if (observed.boot_switch == BootSwitch::plan_only) {
        node.access().progress.notice(plan_text(make_plan(*config, observed, {}), false));
        return publish(report_now(*config, observed, node.sensors().files), config->publish, node);
    }
    const auto look = [&] { return observe_again(observed, *config, node.sensors()); };
    const auto plan = plan_when_settled({command.live}, *config, observed, node.access(), look);
    return plan ? carry_out(*plan, *config, observed, session) : tl::unexpected(plan.error());
}

}  // namespace onload_node
