// SPDX-License-Identifier: BSD-2-Clause
#include "commands.hpp"

#include "config_file.hpp"
#include "core/names.hpp"
#include "core/port_names.hpp"
#include "node.hpp"
#include "output.hpp"
#include "run/execute.hpp"
#include "run/observe.hpp"
#include "run/run_record.hpp"
#include "system/lock.hpp"
#include "system/notify.hpp"

#include <cstdio>
#include <cstdlib>

#include <unistd.h>

namespace onload_node {

namespace {

/// How long apply gives the in-tree driver and udev to name ports whose names are to be preserved.
constexpr Milliseconds naming_limit = std::chrono::seconds(10);

bool colour_wanted() {
    return ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
}

void print(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

/// The configuration, or all that is wrong with it.
Result<Config> load_config(const Command& command) {
    const auto texts = config_texts(command.config);
    if (!texts) {
        return tl::unexpected(texts.error());
    }
    return read_config(*texts);
}

Report report_now(const Config& config, const Observed& observed, const Files& files) {
    const Plan plan = make_plan(config, observed, {});
    return make_report(config, observed, plan, read_run_record(files));
}

/// A node with a bad configuration: looked at with the built-in one, and changed in nothing.
Result<Report> report_bad_config(Node& node, const Error& error) {
    const Config config;
    const auto observed = observe(config, node.sensors());
    if (!observed) {
        return tl::unexpected(observed.error());
    }
    Report report = report_now(config, *observed, node.sensors().files);
    if (report.state != State::active && report.state != State::degraded) {
        report.state = State::in_tree;
    }
    report.code = ReasonCode::config;
    report.reason = "configuration: " + error.message.substr(0, error.message.find('\n'));
    return report;
}

/// A file that says the same already is left alone: who watches it is not woken for nothing.
Result<void> write_if_changed(Files& files, const std::string& path, const std::string& content) {
    const auto present = files.read(path);
    return present && *present == content ? Result<void>() : files.write(path, content);
}

/// Tells systemd, the status file and whoever watches what the node is now.
int publish(const Report& report, Node& node) {
    const std::string text = sentence(report);
    const auto ports = node.ports();
    const std::string path(names::status_json);
    if (const auto written = write_if_changed(ports.files, path, status_json(report)); !written) {
        ports.progress.notice("the status file could not be written: " + written.error().message);
    }
    ports.progress.notice(text);
    notify_status(text);
    return exit_status(report);
}

bool names_missing(const Config& config, const Observed& observed) {
    const auto functions = managed_functions(config, observed);
    for (const NetworkFunction* const function : functions) {
        if (function->interfaces.empty() || !function->interfaces.front().initialised) {
            return needs_interfaces(config.names);
        }
    }
    return false;
}

bool swaps(const Plan& plan) {
    for (const auto& phase : plan.phases) {
        if (phase.name == PhaseName::driver) {
            return true;
        }
    }
    return false;
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
    if (const auto outcomes = node.ports().devices.await(ports, naming_limit); !outcomes) {
        return tl::unexpected(outcomes.error());
    }
    return observe_again(observed, config, node.sensors());
}

std::vector<std::string> take_back_interrupted(const Config& config, UndoLog& log, Node& node) {
    node.ports().progress.notice("an earlier run was cut short: taking back what it had begun");
    return recover(config, node.ports(), log);
}

Result<void> recover_if_interrupted(const Config& config, UndoLog& log, Node& node) {
    if (auto loaded = log.load(); !loaded) {
        return loaded;
    }
    if (log.open()) {
        static_cast<void>(take_back_interrupted(config, log, node));
    }
    return {};
}

/// Makes the plan, waiting for names where that helps.
Result<Plan>
plan_for(const Command& command, const Config& config, Observed& observed, Node& node) {
    Plan plan = make_plan(config, observed, {command.live});
    if (swaps(plan) && names_missing(config, observed)) {
        if (auto named = await_names(config, observed, node); !named) {
            return tl::unexpected(named.error());
        }
        plan = make_plan(config, observed, {command.live});
    }
    return plan;
}

Result<int>
carry_out(const Plan& plan, const Config& config, Observed& observed, UndoLog& log, Node& node) {
    if (!plan.empty()) {
        const auto execution = execute(plan, config, observed, node.ports(), log);
        const auto record = to_record(execution, observed.boot_id);
        if (const auto written = write_run_record(node.ports().files, record); !written) {
            node.ports().progress.notice(written.error().message);
        }
        if (auto seen = observe_again(observed, config, node.sensors()); !seen) {
            return tl::unexpected(seen.error());
        }
    }
    return publish(report_now(config, observed, node.sensors().files), node);
}

Result<void> require_root(const char* verb) {
    if (::geteuid() != 0) {
        return failure(
            ErrorCode::permission,
            std::string(verb) +
                " changes drivers and units and must run as root; plan and status work without"
        );
    }
    return {};
}

Result<int> apply(const Command& command) {
    if (auto root = require_root("apply"); !root && !command.dry_run) {
        return tl::unexpected(root.error());
    }
    Node node;
    if (command.dry_run) {
        const auto config = load_config(command);
        const auto observed =
            config ? observe(*config, node.sensors()) : tl::unexpected(config.error());
        if (!observed) {
            return tl::unexpected(observed.error());
        }
        print(plan_text(make_plan(*config, *observed, {command.live}), colour_wanted()));
        return 0;
    }
    const auto lock = Lock::acquire(std::string(names::lock_file));
    if (!lock) {
        return tl::unexpected(lock.error());
    }
    const auto config = load_config(command);
    if (!config) {
        node.ports().progress.notice(config.error().message);
        const auto report = report_bad_config(node, config.error());
        return report ? Result<int>(publish(*report, node)) : tl::unexpected(report.error());
    }
    UndoLog log(node.ports().files);
    if (auto recovered = recover_if_interrupted(*config, log, node); !recovered) {
        return tl::unexpected(recovered.error());
    }
    auto observed = observe(*config, node.sensors());
    if (!observed) {
        return tl::unexpected(observed.error());
    }
    if (observed->boot_switch == BootSwitch::plan_only) {
        node.ports().progress.notice(plan_text(make_plan(*config, *observed, {}), false));
        return publish(report_now(*config, *observed, node.sensors().files), node);
    }
    const auto plan = plan_for(command, *config, *observed, node);
    return plan ? carry_out(*plan, *config, *observed, log, node) : tl::unexpected(plan.error());
}

Result<int> plan(const Command& command) {
    const auto config = load_config(command);
    if (!config) {
        return tl::unexpected(config.error());
    }
    Node node;
    const auto observed = observe(*config, node.sensors());
    if (!observed) {
        return tl::unexpected(observed.error());
    }
    const Plan plan = make_plan(*config, *observed, {});
    print(command.json ? plan_json(plan) : plan_text(plan, colour_wanted()));
    return plan.empty() ? 0 : 2;
}

Result<int> status(const Command& command) {
    Node node;
    const auto config = load_config(command);
    Result<Report> report = failure(ErrorCode::config, "");
    if (config) {
        const auto observed = observe(*config, node.sensors());
        report = observed ? Result<Report>(report_now(*config, *observed, node.sensors().files))
                          : tl::unexpected(observed.error());
    } else {
        report = report_bad_config(node, config.error());
    }
    if (!report) {
        return tl::unexpected(report.error());
    }
    print(command.json ? status_json(*report) : status_text(*report, colour_wanted()));
    return exit_status(*report);
}

/// What the unit runs when its main process ended: finishes the undo of a run that was killed or
/// timed out.
Result<int> recover(const Command& command) {
    if (auto root = require_root("recover"); !root) {
        return tl::unexpected(root.error());
    }
    Node node;
    const auto lock = Lock::acquire(std::string(names::lock_file));
    if (!lock) {
        return tl::unexpected(lock.error());
    }
    UndoLog log(node.ports().files);
    if (auto loaded = log.load(); !loaded) {
        return tl::unexpected(loaded.error());
    }
    if (!log.open()) {
        return 0;
    }
    const auto configured = load_config(command);
    const Config config = configured ? *configured : Config();
    const auto left = take_back_interrupted(config, log, node);
    const auto observed = observe(config, node.sensors());
    if (!observed) {
        return tl::unexpected(observed.error());
    }
    static_cast<void>(publish(report_now(config, *observed, node.sensors().files), node));
    return left.empty() ? 0 : 1;
}

Result<int> revert(const Command& command) {
    if (auto root = require_root("revert"); !root) {
        return tl::unexpected(root.error());
    }
    Node node;
    const auto lock = Lock::acquire(std::string(names::lock_file));
    if (!lock) {
        return tl::unexpected(lock.error());
    }
    // A wrong configuration must not keep anybody from going back.
    const auto configured = load_config(command);
    const Config config = configured ? *configured : Config();
    const auto observed = observe(config, node.sensors());
    if (!observed) {
        return tl::unexpected(observed.error());
    }
    if (!command.live && network_in_use(config, *observed)) {
        return failure(
            ErrorCode::busy,
            "pending reboot: the network is up and going back would cut it off; --live does it all "
            "the same"
        );
    }
    UndoLog log(node.ports().files);
    if (auto loaded = log.load(); !loaded) {
        return tl::unexpected(loaded.error());
    }
    const auto left = revert(config, node.ports(), log);
    for (const auto& what : left) {
        node.ports().progress.notice("could not be taken back: " + what);
    }
    auto after = observe(config, node.sensors());
    if (!after) {
        return tl::unexpected(after.error());
    }
    static_cast<void>(publish(report_now(config, *after, node.sensors().files), node));
    return left.empty() ? 0 : 1;
}

}  // namespace

Result<int> run_command(const Command& command) {
    switch (command.verb) {
    case Verb::apply:
        return apply(command);
    case Verb::plan:
        return plan(command);
    case Verb::status:
        return status(command);
    case Verb::revert:
        return revert(command);
    case Verb::help:
        print(command.help_text);
        return 0;
    case Verb::version:
        break;
    }
    print(version_text());
    return 0;
}

}  // namespace onload_node
