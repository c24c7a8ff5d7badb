// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"
#include "core/planning/plan.hpp"

#include <functional>

namespace onload_node {

/// The plan of make_plan, once udev has done with the ports what the plan goes by. Lets it finish
/// with the in-tree driver first where the plan swaps the driver and names are to be preserved that
/// are not known yet, and where the plan leaves a port as it is that has no driver although the
/// in-tree one would take it. Bounded (10 s and half a second for each port, at most four times),
/// and by event. `look` brings `observed` up to date; its error, or that of waiting, is returned.
[[nodiscard]] Result<Plan> plan_when_settled(
    const PlanRequest& request,
    const Config& config,
    Observed& observed,
    const NodeAccess& access,
    const std::function<Result<void>()>& look
);

}  // namespace onload_node
