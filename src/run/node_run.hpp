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

/// Observes the node again and updates `observed`.
using Look = std::function<Result<void>(Observed& observed)>;

/// One run over a node. Commands change a node in no other way: finish what was left open, look,
/// plan, act, look. Afterwards `observed()` has the facts to report.
class NodeRun {
public:
    /// Everything passed by reference must outlive the run.
    NodeRun(const Config& config, const NodeAccess& access, UndoLog& log, Look look)
        : config_(config), access_(access), log_(log), look_(std::move(look)) {}

    /// Undoes what an interrupted run had begun, after telling `notice`, and returns what could not
    /// be undone. If that would cut off a network that is up and `live` does not allow it, says so
    /// and returns nothing: it waits for the next boot, which starts afresh.
    [[nodiscard]] std::optional<std::vector<std::string>>
    finish_interrupted(bool live, std::string_view notice);

    [[nodiscard]] Result<void> look() { return look_(observed_); }

    /// Forgets what earlier looks have found that cannot change by itself: another set is in place.
    [[nodiscard]] Result<void> look_anew() {
        observed_ = Observed();
        return look();
    }

    /// The node as last observed.
    [[nodiscard]] const Observed& observed() const { return observed_; }

    /// The plan, made once udev has done its part with the ports (plan_when_settled.hpp).
    [[nodiscard]] Result<Plan> plan(const PlanRequest& request);

    /// Carries the plan out and looks at the node again. The swap may reveal that a name is wrong:
    /// a card is in another slot, or somebody else names a port. That is corrected too, once.
    /// Returns what happened, which is also on the disk for later reports.
    [[nodiscard]] Result<RunRecord> act(const Plan& plan);

    /// Carries out only the steps for the clock. Returns what failed. Once the clock is given back,
    /// nothing is left to undo of it.
    [[nodiscard]] std::vector<std::string> act_on_clock(ClockRequest request);

    /// True if taking everything back swaps the driver.
    [[nodiscard]] bool has_swapped_driver() const;

    /// Undoes everything that onload-node did in this boot. Returns what could not be undone.
    [[nodiscard]] std::vector<std::string> take_back_everything();

private:
    const Config& config_;
    NodeAccess access_;
    UndoLog& log_;
    Look look_;
    Observed observed_;
};

}  // namespace onload_node
