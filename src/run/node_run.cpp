// SPDX-License-Identifier: BSD-2-Clause
#include "run/node_run.hpp"

#include "base/text.hpp"
#include "core/model/managed_functions.hpp"
#include "core/model/paths.hpp"
#include "run/execute.hpp"
#include "run/plan_when_settled.hpp"
#include "run/records.hpp"
#include "run/undo.hpp"

#include <algorithm>
#include <iterator>

namespace onload_node {

std::optional<std::vector<std::string>>
NodeRun::finish_interrupted(bool live, std::string_view notice) {
    if (!log_.open()) {
        return std::vector<std::string>();
    }
    // If the node cannot be observed, it is undone all the same rather than left half done.
    if (!live && look() && network_in_use(config_, observed_)) {
        access_.progress.notice(
            "an earlier run could not be taken back, and the network is up by now: that waits for "
            "the next boot"
        );
        return std::nullopt;
    }
    access_.progress.notice(std::string(notice));
    return take_back_uncommitted(config_, access_, log_);
}

Result<Plan> NodeRun::plan(const PlanRequest& request) {
    return plan_when_settled(request, config_, observed_, access_, [this] { return look(); });
}

Result<RunRecord> NodeRun::act(const Plan& plan) {
    if (plan.empty()) {
        return read_run_record(access_.files);
    }
    ExecutionReport report = execute(plan, config_, observed_, access_, log_);
    TRY(look());
    const bool unnamed = std::ranges::any_of(report.failures, [](const PhaseFailure& failed) {
        return failed.phase == PhaseName::names;
    });
    const Plan rest = names_left(make_plan(config_, observed_, {}));
    if (!unnamed && !report.resetting && !rest.empty()) {
        auto corrected = execute(rest, config_, observed_, access_, log_);
        std::ranges::move(corrected.failures, std::back_inserter(report.failures));
        std::ranges::move(corrected.timings, std::back_inserter(report.timings));
        TRY(look());
    }
    auto record = to_record(report, observed_.boot_id);
    if (const auto written = write_run_record(access_.files, record); !written) {
        access_.progress.notice(written.error().message);
    }
    return record;
}

std::vector<std::string> NodeRun::act_on_clock(ClockRequest request) {
    Plan plan = make_plan(config_, observed_, {.clock = request});
    std::erase_if(plan.phases, [](const Phase& phase) { return phase.name != PhaseName::time; });
    const auto execution = execute(plan, config_, observed_, access_, log_);
    std::vector<std::string> failed;
    for (const auto& failure : execution.failures) {
        failed.push_back(compose("{}: {}", failure.step, failure.error.message));
    }
    if (failed.empty() && !access_.files.exists(paths::time_marker)) {
        if (const auto forgotten = log_.forget(PhaseName::time); !forgotten) {
            access_.progress.notice(forgotten.error().message);
        }
    }
    return failed;
}

bool NodeRun::has_swapped_driver() const {
    return std::ranges::any_of(log_.entries(), [](const UndoEntry& entry) {
        return entry.phase == PhaseName::driver;
    });
}

std::vector<std::string> NodeRun::take_back_everything() {
    return onload_node::take_back_everything(config_, access_, log_);
}

}  // namespace onload_node
