// SPDX-License-Identifier: BSD-2-Clause
#include "app/commands/commands.hpp"
#include "app/config/config_file.hpp"
#include "app/output/output.hpp"
#include "app/session/node_report.hpp"
#include "app/session/session.hpp"
#include "app/stage/stage_parts.hpp"
#include "core/model/units.hpp"
#include "core/planning/guard.hpp"
#include "run/machine_record.hpp"
#include "run/previous_set.hpp"
#include "run/records.hpp"

namespace onload_node {

namespace {

/// Reports what is wrong with the configuration and changes nothing else.
Result<int> refuse(const Error& error, Session& session) {
    session.say(error.message);
    const auto report = TRY(report_bad_config(session.node(), error));
    return session.conclude(report, PublishConfig());
}

}  // namespace

Result<int> apply(const Command& command) {
    const auto session = TRY(Session::open("apply"));
    const auto config = load_config(command);
    if (!config) {
        return refuse(config.error(), *session);
    }
    NodeRun run = session->run(*config);
    // What could not be undone stays in the undo log and does not prevent the swap.
    static_cast<void>(run.finish_interrupted(
        command.live, "an earlier run was cut short: taking back what it had begun"
    ));
    TRY(run.look());
    if (run.observed().boot_switch == BootSwitch::plan_only) {
        const Plan plan = make_plan(*config, run.observed(), {});
        const auto report = report_now(*config, run.observed(), session->files());
        session->say(plan_text({plan, run.observed(), report}, false));
        return session->conclude(*config, run.observed(), read_run_record(session->files()));
    }
    const PutSet put = [&](const std::string& digest) {
        return use_set(Command(), *config, digest, UsedBy::boot);
    };
    const RunRecord record =
        TRY(plan_and_act(*config, session->node().access(), run, {command.live}, put));
    // By now each port shows its address, and the records are of this boot.
    if (const auto known = remember_machine(session->files(), run.observed()); !known) {
        session->say(known.error().message);
    }
    // In a boot its own unit comes after us.
    if (run.observed().network_started && attempt_under_way(run.observed())) {
        if (const auto started =
                session->node().access().units.start(std::string(units::confirm_live));
            !started) {
            session->say("nothing confirms this swap: " + started.error().message);
        }
    }
    return session->conclude(*config, run.observed(), record);
}

}  // namespace onload_node
