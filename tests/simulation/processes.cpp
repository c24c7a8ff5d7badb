// SPDX-License-Identifier: BSD-2-Clause
#include "processes.hpp"

#include "core/planning/plan.hpp"
#include "run/execute.hpp"
#include "run/plan_when_settled.hpp"
#include "run/run_record.hpp"

namespace onload_node::simulation {

namespace {

using fixture::MemoryNode;

NodeAccess ports_of(MemoryNode& node, Progress& progress) {
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
    const NodeAccess access = ports_of(node, progress);
    UndoLog log(node);
    if (!log.load()) {
        return 1;
    }
    if (log.open()) {
        static_cast<void>(onload_node::recover(start.config, access, log));
    }
    Observed observed = node.observed();
    const auto look = [&] {
        observed = node.observed();
        return Result<void>();
    };
    const auto plan = plan_when_settled({start.live}, start.config, observed, access, look);
    if (plan && !plan->empty()) {
        const auto execution =
            execute_and_correct(*plan, start.config, observed, access, log, look);
        static_cast<void>(write_run_record(node, to_record(*execution, observed.boot_id)));
    }
    const Report report = report_on(node, start);
    return exit_status(report.state, report.code);
}

int recover(MemoryNode& node, const Start& start) {
    UndoLog log(node);
    if (!log.load()) {
        return 1;
    }
    return !log.open() || onload_node::recover(start.config, node.access(), log).empty() ? 0 : 1;
}

void stop_post(MemoryNode& node, const Start& start, int exit_status) {
    // SuccessExitStatus=4: on a degraded node the unit stays active.
    if (node.killed() || (exit_status != 0 && exit_status != 4)) {
        node.next_process();
        static_cast<void>(recover(node, start));
    }
}

State state_of(const MemoryNode& node, const Start& start) {
    return report_on(node, start).state;
}

}  // namespace onload_node::simulation
