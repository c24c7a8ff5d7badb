// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/config.hpp"
#include "core/model/observed.hpp"
#include "core/model/plan.hpp"

namespace onload_node {

/// What is asked of the clock.
enum class ClockRequest {
    as_configured,  ///< the time daemon keeps it, unless it has failed
    give_back,      ///< the displaced units keep it, unless the time daemon runs
    retry,          ///< the time daemon is tried again although it has failed
};

struct PlanRequest {
    bool live = false;  ///< a person allows a swap although the network is up
    ClockRequest clock = ClockRequest::as_configured;
};

/// The only brain: the steps that turn the observed node into what the configuration asks for, each
/// with its reason. Pure: same input, same plan.
[[nodiscard]] Plan
make_plan(const Config& config, const Observed& observed, const PlanRequest& request);

/// Reduces a plan made after a swap to its naming steps: the swap may have revealed new ports.
/// Empty unless a file for udev changes.
[[nodiscard]] Plan names_left(Plan plan);

}  // namespace onload_node
