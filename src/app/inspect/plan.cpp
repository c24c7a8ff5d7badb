// SPDX-License-Identifier: BSD-2-Clause
#include "core/planning/plan.hpp"

#include "app/config/config_file.hpp"
#include "app/inspect/inspect_commands.hpp"
#include "app/output/output.hpp"
#include "app/output/terminal.hpp"
#include "app/session/node.hpp"
#include "core/model/exit_status.hpp"
#include "run/observe.hpp"

namespace onload_node {

Result<int> plan(const Command& command) {
    const auto config = TRY(load_config(command));
    Node node;
    Observed observed;
    TRY(look(observed, config, node.sensors()));
    const Plan plan = make_plan(config, observed, {command.live});
    print(command.json ? plan_json(plan) : plan_text(plan, colour_wanted()));
    return plan.empty() || command.dry_run ? exit_status::ok : exit_status::has_steps;
}

}  // namespace onload_node
