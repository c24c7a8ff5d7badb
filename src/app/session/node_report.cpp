// SPDX-License-Identifier: BSD-2-Clause
#include "app/session/node_report.hpp"

#include "app/config/config_file.hpp"
#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "core/planning/plan.hpp"
#include "run/observe.hpp"
#include "run/records.hpp"

namespace onload_node {

Report report_now(const Config& config, const Observed& observed, const Files& files) {
    const Plan plan = make_plan(config, observed, {});
    return make_report(config, observed, plan, read_run_record(files));
}

void tell_of_kubelet(Report& report, const Files& files) {
    if (files.exists(paths::kubelet_drop_in) && !files.exists(paths::kubelet_marker)) {
        report.notes.push_back(compose(
            "99-onload-node-required holds kubelet back in a boot that fell back: it does not "
            "start while {} is missing",
            paths::kubelet_marker
        ));
    }
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

namespace {

Result<Report> look_and_judge(Node& node, const Command& command) {
    const auto config = load_config(command);
    if (!config) {
        return report_bad_config(node, config.error());
    }
    Observed observed;
    TRY(look(observed, *config, node.sensors()));
    return report_now(*config, observed, node.sensors().files);
}

}  // namespace

Result<Report> report_on(Node& node, const Command& command) {
    auto report = look_and_judge(node, command);
    if (report) {
        tell_of_kubelet(*report, node.sensors().files);
    }
    return report;
}

}  // namespace onload_node
