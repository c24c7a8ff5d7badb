// SPDX-License-Identifier: BSD-2-Clause
#include "processes.hpp"

#include "core/model/exit_status.hpp"
#include "core/planning/plan.hpp"
#include "run/node_run.hpp"
#include "run/previous_set.hpp"
#include "run/records.hpp"
#include "run/undo.hpp"

namespace onload_node::simulation {

namespace {

using fixture::MemoryNode;

NodeAccess access_to(MemoryNode& node, Progress& progress) {
    return {node, node, node, node, node, node, progress};
}

}  // namespace

Report report_on(const MemoryNode& node, const Start& start) {
    const Observed observed = node.observed();
    const Plan plan = make_plan(start.config, observed, {});
    return make_report(start.config, observed, plan, read_run_record(node));
}

int apply(MemoryNode& node, const Start& start) {
    return apply(node, start, node);
}

int apply(MemoryNode& node, const Start& start, Progress& progress) {
    UndoLog log(node);
    if (!log.load()) {
        return 1;
    }
    NodeRun run(start.config, access_to(node, progress), log, fixture::look_at(node));
    static_cast<void>(run.finish_interrupted(start.live, "taking back"));
    static_cast<void>(run.look());
    const auto put = [&node](const std::string& digest) { return node.put_set(digest); };
    const PlanRequest request{start.live, start.clock};
    static_cast<void>(plan_and_act(start.config, access_to(node, progress), run, request, put));
    const Report report = report_on(node, start);
    return exit_status_of(report.state, report.code);
}

int recover(MemoryNode& node, const Start& start) {
    UndoLog log(node);
    if (!log.load()) {
        return 1;
    }
    return !log.open() || take_back_uncommitted(start.config, node.access(), log).empty() ? 0 : 1;
}

void stop_post(MemoryNode& node, const Start& start, int ended_with) {
    // SuccessExitStatus=4: on a degraded node the unit stays active.
    if (node.killed() || (ended_with != exit_status::ok && ended_with != exit_status::degraded)) {
        node.next_process();
        static_cast<void>(recover(node, start));
    }
}

State state_of(const MemoryNode& node, const Start& start) {
    return report_on(node, start).state;
}

}  // namespace onload_node::simulation
