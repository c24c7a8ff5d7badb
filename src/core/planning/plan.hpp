// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/config.hpp"
#include "core/model/observed.hpp"
#include "core/model/plan.hpp"

namespace onload_node {

struct PlanRequest {
    bool live = false;  ///< a person allows a swap although the network is up
};

/// The only brain: what has to be done so that the observed node becomes what the configuration
/// asks for, each step with its reason. Pure: same input, same plan.
[[nodiscard]] Plan
make_plan(const Config& config, const Observed& observed, const PlanRequest& request);

/// What is left to do for the names, once a plan has been carried out: the swap has shown ports
/// that were not to be seen before. Empty unless a file for udev changes.
[[nodiscard]] Plan names_left(Plan plan);

}  // namespace onload_node
