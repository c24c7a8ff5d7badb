// SPDX-License-Identifier: BSD-2-Clause
#include "app/session/session.hpp"

#include "app/config/config_file.hpp"
#include "core/model/managed_functions.hpp"
#include "core/model/paths.hpp"
#include "core/planning/plan.hpp"
#include "run/observe.hpp"
#include "run/run_record.hpp"

#include <unistd.h>

namespace onload_node {

Result<Config> load_config(const Command& command) {
    const auto texts = config_texts(command.config, command.root.value_or(""));
    return texts ? read_config(*texts) : tl::unexpected(texts.error());
}

Config config_or_default(const Command& command) {
    auto config = load_config(command);
    return config ? std::move(*config) : Config();
}

Report report_now(const Config& config, const Observed& observed, const Files& files) {
    const Plan plan = make_plan(config, observed, {});
    return make_report(config, observed, plan, read_run_record(files));
}

Result<Report> report_bad_config(Node& node, const Error& error) {
    const Config config;
    const auto observed = TRY(observe(config, node.sensors()));
    Report report = report_now(config, observed, node.sensors().files);
    if (report.state != State::active && report.state != State::degraded) {
        report.state = State::in_tree;
    }
    report.code = ReasonCode::config;
    report.reason = "configuration: " + error.message.substr(0, error.message.find('\n'));
    return report;
}

namespace {

/// The plan goes by what is true on the node; a record that nobody can read must not keep the node
/// from getting there. One that cannot even be removed stops the next step: its way back could not
/// be recorded.
void forget_undo_log(const NodeAccess& access, const Error& why) {
    access.progress.notice(
        "what was done earlier in this boot is not known any more, and revert cannot take it "
        "back: " +
        why.message
    );
    if (const auto removed = access.files.remove(std::string(paths::undo_log)); !removed) {
        access.progress.notice(removed.error().message);
    }
}

}  // namespace

bool may_take_back(const Command& command, const Config& config, Node& node) {
    const auto observed = observe(config, node.sensors());
    const bool cuts = !command.live && observed && network_in_use(config, *observed);
    if (cuts) {
        node.access().progress.notice(
            "an earlier run could not be taken back, and the network is up by now: that waits for "
            "the next boot"
        );
    }
    return !cuts;
}

Result<Session> Session::open(const char* verb) {
    if (::geteuid() != 0) {
        return failure(
            ErrorCode::permission,
            std::string(verb) +
                " changes the node and must run as root; plan and status work without"
        );
    }
    auto lock = TRY(Lock::acquire(std::string(paths::lock_file)));
    auto node = std::make_unique<Node>();
    UndoLog log(node->access().files);
    if (auto loaded = log.load(); !loaded) {
        forget_undo_log(node->access(), loaded.error());
    }
    return Session{std::move(lock), std::move(node), std::move(log)};
}

}  // namespace onload_node
