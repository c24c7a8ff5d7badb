// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"
#include "core/planning/plan.hpp"

#include <functional>

namespace onload_node {

/// Makes the plan once udev has done its part with the ports. Waits for the in-tree driver if the
/// plan swaps the driver but names to preserve are not known yet, or if it leaves a port without a
/// driver that the in-tree one would take. Waits for events, with a limit (10 s and half a second
/// for each port, at most four times). `look` updates `observed`. Returns the error of looking or
/// waiting.
[[nodiscard]] Result<Plan> plan_when_settled(
    const PlanRequest& request,
    const Config& config,
    Observed& observed,
    const NodeAccess& access,
    const std::function<Result<void>()>& look
);

}  // namespace onload_node
