// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/reporting/report.hpp"

#include <string>
#include <vector>

/// How make_report determines the state.
namespace onload_node {

struct Judgement {
    State state = State::failed;
    ReasonCode code = ReasonCode::no_driver;
    std::string reason;
};

/// The state of the node by what is true now. `functions` are the managed ones.
[[nodiscard]] Judgement judge(
    const Config& config,
    const Observed& observed,
    const Plan& plan,
    const std::vector<const NetworkFunction*>& functions,
    const RunRecord& run
);

/// The active state of the unit that should keep the clock: "activating" also while its start is
/// queued, "not-found" if PID 1 has no such unit, "unknown" if PID 1 does not tell.
[[nodiscard]] std::string time_state(const Config& config, const Observed& observed);

/// The first managed function that has no driver, or whose interface does not have its name; empty
/// if all are right. An unplugged cable is no complaint.
[[nodiscard]] std::string port_complaint(const Config& config, const Observed& observed);

}  // namespace onload_node
