// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/state.hpp"
#include "core/model/step.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace onload_node {

/// A step and the reason for it, in words for an administrator.
struct PlannedStep {
    Step step;
    std::string reason;
};

/// Phases run in this order. A failure undoes its phase; what follows depends on the phase.
enum class PhaseName {
    names,   ///< .link files; a failure stops the swap: the other driver would give other names
    driver,  ///< the swap; a failure ends the apply on the in-tree driver
    onload,  ///< Onload's modules; a failure leaves the driver in and the node degraded
    time,    ///< the hand-over of the clock; a failure gives it back and leaves the node degraded
};

[[nodiscard]] constexpr std::string_view to_string(PhaseName name) {
    switch (name) {
    case PhaseName::names:
        return "names";
    case PhaseName::driver:
        return "driver";
    case PhaseName::onload:
        return "onload";
    case PhaseName::time:
        return "time";
    }
    return {};
}

struct Phase {
    PhaseName name;
    std::vector<PlannedStep> steps;
};

/// Why the wanted driver is not swapped in, or what is wrong with the one that is.
struct Blocker {
    ReasonCode code;
    std::string reason;
};

struct Plan {
    State goal = State::active;  ///< the node's state once every step has worked
    ReasonCode code = ReasonCode::as_wanted;
    std::string reason;         ///< one sentence: why this goal and no better one
    std::vector<Phase> phases;  ///< empty phases are left out
    std::optional<Blocker> advice = std::nullopt;  ///< keeps an active node `degraded`
    std::vector<std::string> notes = {};           ///< advice that changes no state

    [[nodiscard]] bool empty() const { return phases.empty(); }

    [[nodiscard]] bool has(PhaseName phase) const {
        return std::ranges::find(phases, phase, &Phase::name) != phases.end();
    }
};

}  // namespace onload_node
