// SPDX-License-Identifier: BSD-2-Clause
#include "app/commands/commands.hpp"

#include "app/output/output.hpp"
#include "app/session/publish.hpp"
#include "app/session/session.hpp"
#include "core/planning/plan.hpp"
#include "run/observe.hpp"

#include <cstdio>
#include <cstdlib>

#include <unistd.h>

namespace onload_node {

namespace {

bool colour_wanted() {
    return ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
}

void print(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

/// The report of the node as it is, whatever the configuration is.
Result<Report> look(const Command& command, Node& node) {
    const auto config = load_config(command);
    if (!config) {
        return report_bad_config(node, config.error());
    }
    const auto observed = observe(*config, node.sensors());
    return observed ? Result<Report>(report_now(*config, *observed, node.sensors().files))
                    : tl::unexpected(observed.error());
}

}  // namespace

Result<int> plan(const Command& command) {
    const auto config = TRY(load_config(command));
    Node node;
    const auto observed = TRY(observe(config, node.sensors()));
    const Plan plan = make_plan(config, observed, {command.live});
    print(command.json ? plan_json(plan) : plan_text(plan, colour_wanted()));
    return plan.empty() || command.dry_run ? 0 : 2;
}

Result<int> status(const Command& command) {
    Node node;
    const auto report = TRY(look(command, node));
    print(command.json ? status_json(report) : status_text(report, colour_wanted()));
    return exit_status(report.state, report.code);
}

Result<int> refresh(const Command& command) {
    auto session = TRY(Session::open("refresh"));
    const auto report = TRY(look(command, *session.node));
    publish(report, config_or_default(command).publish, *session.node);
    return 0;
}

Result<int> run_command(const Command& command) {
    switch (command.verb) {
    case Verb::apply:
        return command.dry_run ? plan(command) : apply(command);
    case Verb::plan:
        return plan(command);
    case Verb::status:
        return status(command);
    case Verb::verify:
        return verify(command);
    case Verb::nics:
        return nics(command);
    case Verb::revert:
        return revert(command);
    case Verb::recover:
        return recover(command);
    case Verb::confirm:
        return confirm(command);
    case Verb::reset:
        return reset(command);
    case Verb::refresh:
        return refresh(command);
    case Verb::time_fallback:
        return time_fallback(command);
    case Verb::help:
        print(command.help_text);
        return 0;
    case Verb::version:
        print(version_text());
        return 0;
    case Verb::hand_over:
        break;
    }
    return failure(ErrorCode::usage, "a command that nobody carries out");
}

}  // namespace onload_node
