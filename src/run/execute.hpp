// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"
#include "run/undo_log.hpp"

#include <string>
#include <vector>

namespace onload_node {

/// How long a step or a whole phase took.
struct StepTiming {
    std::string step;  ///< key(step), or "phase NAME"
    Milliseconds duration{};
    Milliseconds begun{};  ///< on CLOCK_MONOTONIC, as systemd's own timestamps
};

/// A phase that failed and was undone.
struct PhaseFailure {
    PhaseName phase;
    std::string step;  ///< describe(step)
    Error error;
    std::vector<std::string> left_behind;  ///< inverses that failed too
};

struct ExecutionReport {
    bool resetting = false;  ///< the machine has been told to reset: nothing can be undone
    std::vector<PhaseFailure> failures;
    std::vector<StepTiming> timings;
};

/// Carries a plan out. Nothing else changes the node, except the way back (undo.hpp).
[[nodiscard]] ExecutionReport execute(
    const Plan& plan,
    const Config& config,
    const Observed& observed,
    const NodeAccess& access,
    UndoLog& log
);

}  // namespace onload_node
