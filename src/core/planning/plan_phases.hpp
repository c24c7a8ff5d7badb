// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/modules/load_order.hpp"
#include "core/naming/port_names.hpp"
#include "core/planning/plan.hpp"

#include <optional>
#include <vector>

/// The parts of make_plan, one file each; nobody else includes this.
namespace onload_node {

/// What all phases look at.
struct PlanContext {
    const Config& config;
    const Observed& observed;
    const PlanRequest& request;
    std::vector<const NetworkFunction*> functions;  ///< managed ones
    std::vector<ChosenName> chosen;
};

/// What the driver phase found out.
struct DriverDecision {
    std::vector<PlannedStep> driver;
    std::vector<PlannedStep> onload;
    std::optional<Blocker> blocker;
    std::optional<Blocker> advice;  ///< what does not keep the driver out and is wrong all the same
};

[[nodiscard]] DriverDecision plan_driver(const PlanContext& context);

/// `swapping`: interfaces will be created anew, nothing has to be renamed.
[[nodiscard]] std::vector<PlannedStep> plan_names(const PlanContext& context, bool swapping);

[[nodiscard]] std::vector<PlannedStep> plan_time(const PlanContext& context);

/// Gives the clock back to the units it was taken from; empty when none is displaced.
[[nodiscard]] std::vector<PlannedStep>
plan_clock_return(const PlanContext& context, const std::string& reason);

/// What every port has to look like in the end.
[[nodiscard]] std::vector<PortExpectation> expectations(const PlanContext& context);

}  // namespace onload_node
