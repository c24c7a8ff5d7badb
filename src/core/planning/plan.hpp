// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/config.hpp"
#include "core/model/observed.hpp"
#include "core/model/plan.hpp"

namespace onload_node {

struct PlanRequest {
    bool live = false;  ///< a person allows a swap although the network is up
};

/// The only brain: the steps that turn the observed node into what the configuration asks for, each
/// with its reason. Pure: same input, same plan.
[[nodiscard]] Plan
make_plan(const Config& config, const Observed& observed, const PlanRequest& request);

/// Reduces a plan made after a swap to its naming steps: the swap may have revealed new ports.
/// Empty unless a file for udev changes.
[[nodiscard]] Plan names_left(Plan plan);

}  // namespace onload_node
