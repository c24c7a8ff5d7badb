// SPDX-License-Identifier: BSD-2-Clause
#include "commands.hpp"
#include "core/port_names.hpp"
#include "output.hpp"
#include "publish.hpp"
#include "run/execute.hpp"
#include "run/observe.hpp"
#include "run/run_record.hpp"
#include "session.hpp"

#include <algorithm>

namespace onload_node {

namespace {

/// How long apply gives the in-tree driver and udev to name ports whose names are to be preserved.
/// Udev handles the events of many ports a few at a time.
constexpr Milliseconds naming_limit = std::chrono::seconds(10);
constexpr Milliseconds naming_limit_per_port(500);

/// How often we wait so long while the in-tree driver is still busy with its ports.
constexpr int most_waits = 4;

bool names_missing(const Config& config, const Observed& observed) {
    const auto functions = managed_functions(config, observed);
    return std::ranges::any_of(functions, [&](const NetworkFunction* function) {
        return worth_waiting_for(config.names, *function, observed);
    });
}

bool swaps(const Plan& plan) {
    return std::ranges::any_of(plan.phases, [](const Phase& phase) {
        return phase.name == PhaseName::driver;
    });
}

/// Names can only be preserved once they are known: lets udev finish with the in-tree driver first,
/// bounded and by event.
Result<void> await_names(const Config& config, Observed& observed, Node& node) {
    std::vector<PortExpectation> ports;
    for (const NetworkFunction* const function : managed_functions(config, observed)) {
        ports.push_back({function->address, ""});
    }
    node.ports().progress.notice(
        "waiting for the in-tree driver: the names of its ports are to be preserved"
    );
    const auto limit = naming_limit + naming_limit_per_port * ports.size();
    if (const auto outcomes = node.ports().devices.await(ports, limit); !outcomes) {
        return tl::unexpected(outcomes.error());
    }
    return observe_again(observed, config, node.sensors());
}

/// The in-tree driver is in the middle of its init: it binds one port after the other, and until it
/// has done so udev comes to none of them.
bool binding(const Config& config, const Observed& observed) {
    return std::ranges::any_of(config.driver.replace, [&](const ModuleName& name) {
        const auto loaded = observed.loaded.find(name);
        return loaded != observed.loaded.end() && !loaded->second.live;
    });
}

/// Makes the plan, waiting for names where that helps.
Result<Plan>
plan_for(const Command& command, const Config& config, Observed& observed, Node& node) {
    Plan plan = make_plan(config, observed, {command.live});
    bool worthwhile = swaps(plan);
    for (int wait = 0; wait < most_waits && worthwhile && names_missing(config, observed); ++wait) {
        // Once more after the init has ended: only then do udev's events come.
        worthwhile = binding(config, observed);
        if (auto named = await_names(config, observed, node); !named) {
            return tl::unexpected(named.error());
        }
        worthwhile = worthwhile || binding(config, observed);
        plan = make_plan(config, observed, {command.live});
    }
    return plan;
}

/// What this run met is known here even when it could not be written down.
Result<int>
carry_out(const Plan& plan, const Config& config, Observed& observed, Session& session) {
    Node& node = *session.node;
    if (plan.empty()) {
        return publish(report_now(config, observed, node.sensors().files), config.publish, node);
    }
    const auto look = [&] { return observe_again(observed, config, node.sensors()); };
    const auto execution =
        execute_and_correct(plan, config, observed, node.ports(), session.log, look);
    if (!execution) {
        return tl::unexpected(execution.error());
    }
    const auto record = to_record(*execution, observed.boot_id);
    if (const auto written = write_run_record(node.ports().files, record); !written) {
        node.ports().progress.notice(written.error().message);
    }
    const Plan left = make_plan(config, observed, {});
    return publish(make_report(config, observed, left, record), config.publish, node);
}

/// Nothing is touched; the report says what is wrong.
Result<int> refuse(const Error& error, Node& node) {
    node.ports().progress.notice(error.message);
    const auto report = report_bad_config(node, error);
    return report ? Result<int>(publish(*report, PublishConfig(), node))
                  : tl::unexpected(report.error());
}

}  // namespace

Result<int> apply(const Command& command) {
    auto session = Session::open("apply");
    if (!session) {
        return tl::unexpected(session.error());
    }
    Node& node = *session->node;
    const auto config = load_config(command);
    if (!config) {
        return refuse(config.error(), node);
    }
    if (session->log.open() && may_take_back(command, *config, node)) {
        node.ports().progress.notice("an earlier run was cut short: taking back what it had begun");
        static_cast<void>(recover(*config, node.ports(), session->log));
    }
    auto observed = observe(*config, node.sensors());
    if (!observed) {
        return tl::unexpected(observed.error());
    }
    if (observed->boot_switch == BootSwitch::plan_only) {
        node.ports().progress.notice(plan_text(make_plan(*config, *observed, {}), false));
        return publish(report_now(*config, *observed, node.sensors().files), config->publish, node);
    }
    const auto plan = plan_for(command, *config, *observed, node);
    return plan ? carry_out(*plan, *config, *observed, *session) : tl::unexpected(plan.error());
}

}  // namespace onload_node
