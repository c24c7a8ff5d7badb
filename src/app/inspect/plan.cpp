// SPDX-License-Identifier: BSD-2-Clause
#include "core/planning/plan.hpp"

#include "app/config/config_file.hpp"
#include "app/inspect/inspect_commands.hpp"
#include "app/output/output.hpp"
#include "app/output/terminal.hpp"
#include "app/session/node_report.hpp"
#include "core/model/exit_status.hpp"
#include "run/observe.hpp"

namespace onload_node {

Result<int> plan(const Command& command) {
    const auto config = TRY(load_config(command));
    Node node;
    Observed observed;
    TRY(look(observed, config, node.sensors()));
    const Plan plan = make_plan(config, observed, {command.live});
    const Report report = report_now(config, observed, node.sensors().files);
    const PlanView view{plan, observed, report};
    print(command.json ? plan_json(view) : plan_text(view, colour_wanted()));
    return plan.empty() || command.dry_run ? exit_status::ok : exit_status::has_steps;
}

}  // namespace onload_node
