// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/modules/load_order.hpp"
#include "core/naming/port_names.hpp"
#include "core/planning/plan.hpp"

#include <optional>
#include <vector>

/// The parts of make_plan, one file each. Nothing else includes this.
namespace onload_node {

/// The input of all phases.
struct PlanContext {
    const Config& config;
    const Observed& observed;
    const PlanRequest& request;
    std::vector<const NetworkFunction*> functions;  ///< managed ones
    std::vector<ChosenName> chosen;
};

/// The result of plan_driver.
struct DriverDecision {
    std::vector<PlannedStep> driver;
    std::vector<PlannedStep> onload;
    std::optional<Blocker> blocker;
    std::optional<Blocker> advice;  ///< a fault that does not keep the driver out
};

[[nodiscard]] DriverDecision plan_driver(const PlanContext& context);

/// `swapping`: interfaces will be created anew, nothing has to be renamed.
[[nodiscard]] std::vector<PlannedStep> plan_names(const PlanContext& context, bool swapping);

[[nodiscard]] std::vector<PlannedStep> plan_time(const PlanContext& context);

/// Gives the clock back to the displaced units; empty if they have it.
[[nodiscard]] std::vector<PlannedStep>
plan_clock_return(const PlanContext& context, const std::string& reason);

/// What every port must have in the end. One that the in-tree driver has refused need not have a
/// driver.
[[nodiscard]] AwaitPorts expectations(const PlanContext& context);

}  // namespace onload_node
