// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/plan.hpp"
#include "core/ports.hpp"

#include <functional>

namespace onload_node {

/// The plan of make_plan. Where it swaps the driver and names are to be preserved that are not
/// known yet, lets udev finish with the in-tree driver first: bounded (10 s and half a second for
/// each port, at most four times), and by event. `look` brings `observed` up to date; its error, or
/// that of waiting, is returned.
[[nodiscard]] Result<Plan> plan_when_named(
    const PlanRequest& request,
    const Config& config,
    Observed& observed,
    const Ports& ports,
    const std::function<Result<void>()>& look
);

}  // namespace onload_node
