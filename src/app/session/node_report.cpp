// SPDX-License-Identifier: BSD-2-Clause
#include "app/session/node_report.hpp"

#include "app/config/config_file.hpp"
#include "core/planning/plan.hpp"
#include "run/observe.hpp"
#include "run/records.hpp"

namespace onload_node {

Report report_now(const Config& config, const Observed& observed, const Files& files) {
    const Plan plan = make_plan(config, observed, {});
    return make_report(config, observed, plan, read_run_record(files));
}

Result<Report> report_bad_config(Node& node, const Error& error) {
    const Config config;
    Observed observed;
    TRY(look(observed, config, node.sensors()));
    Report report = report_now(config, observed, node.sensors().files);
    if (report.state != State::active && report.state != State::degraded) {
        report.state = State::in_tree;
    }
    report.code = ReasonCode::config;
    report.reason = "configuration: " + error.message.substr(0, error.message.find('\n'));
    return report;
}

Result<Report> report_on(Node& node, const Command& command) {
    const auto config = load_config(command);
    if (!config) {
        return report_bad_config(node, config.error());
    }
    Observed observed;
    TRY(look(observed, *config, node.sensors()));
    return report_now(*config, observed, node.sensors().files);
}

}  // namespace onload_node
