// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"
#include "core/planning/plan.hpp"
#include "core/reporting/report.hpp"
#include "run/undo_log.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace onload_node {

/// Brings what was seen of the node up to date.
using Look = std::function<Result<void>(Observed& observed)>;

/// One run over a node, and the only way on which a command changes one: finish what was left
/// open, look, plan, act, look. What is to be told afterwards is in `observed()`.
class NodeRun {
public:
    /// All that is referred to must outlive the run.
    NodeRun(const Config& config, const NodeAccess& access, UndoLog& log, Look look)
        : config_(config), access_(access), log_(log), look_(std::move(look)) {}

    /// Takes back what a run that was cut short had begun, and returns what could not be taken
    /// back; `notice` says so before. Nothing, having said why, where that would cut off a network
    /// that is up, unless `live` allows it: it waits for the next boot, which begins anew.
    [[nodiscard]] std::optional<std::vector<std::string>>
    finish_interrupted(bool live, std::string_view notice);

    [[nodiscard]] Result<void> look() { return look_(observed_); }

    /// The node as it was seen last.
    [[nodiscard]] const Observed& observed() const { return observed_; }

    /// The plan, once udev has done with the ports what it goes by (plan_when_settled.hpp).
    [[nodiscard]] Result<Plan> plan(const PlanRequest& request);

    /// Carries the plan out and looks at the node again. What the swap has then shown of the names,
    /// a card in another slot or somebody else who names a port, is carried out too, once. Returns
    /// what it met, which is on the disk for later reports as well.
    [[nodiscard]] Result<RunRecord> act(const Plan& plan);

    /// Carries out nothing but what is left to do for the clock. Returns what failed.
    [[nodiscard]] std::vector<std::string> act_on_clock();

    /// Takes back everything that onload-node did in this boot. Returns what could not be.
    [[nodiscard]] std::vector<std::string> take_back_everything();

private:
    const Config& config_;
    NodeAccess access_;
    UndoLog& log_;
    Look look_;
    Observed observed_;
};

}  // namespace onload_node
