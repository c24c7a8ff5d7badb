// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"
#include "run/undo_log.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace onload_node {

/// How long a step took, or a whole phase.
struct StepTiming {
    std::string step;  ///< key(step), or "phase NAME"
    Milliseconds duration{};
};

/// A phase that did not come to its end and was taken back.
struct PhaseFailure {
    PhaseName phase;
    std::string step;  ///< describe(step)
    Error error;
    std::vector<std::string> left_behind;  ///< inverses that failed too
};

struct ExecutionReport {
    bool resetting = false;  ///< the machine has been told to reset: there is no way back
    std::vector<PhaseFailure> failures;
    std::vector<StepTiming> timings;
};

/// Carries a plan out. The only code that changes the node, apart from the way back below.
[[nodiscard]] ExecutionReport execute(
    const Plan& plan,
    const Config& config,
    const Observed& observed,
    const NodeAccess& access,
    UndoLog& log
);

/// The same, and looks at the node again: `look` brings `observed` up to date. What the swap has
/// then shown of the names, a card in another slot or somebody else who names a port, is carried
/// out too, once.
[[nodiscard]] Result<ExecutionReport> execute_and_correct(
    const Plan& plan,
    const Config& config,
    Observed& observed,
    const NodeAccess& access,
    UndoLog& log,
    const std::function<Result<void>()>& look
);

/// Takes back what a run that was cut short had begun: the uncommitted entries, last first. Returns
/// the inverses that failed; a failing inverse does not stop the others.
[[nodiscard]] std::vector<std::string>
recover(const Config& config, const NodeAccess& access, UndoLog& log);

/// Takes back everything that onload-node did in this boot. Names go before the driver, so that the
/// in-tree interfaces come up with their own. Returns the inverses that failed.
[[nodiscard]] std::vector<std::string>
revert(const Config& config, const NodeAccess& access, UndoLog& log);

}  // namespace onload_node
