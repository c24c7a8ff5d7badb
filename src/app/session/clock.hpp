// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"
#include "core/model/config.hpp"
#include "core/planning/plan.hpp"

#include <optional>
#include <string>

namespace onload_node {

/// Changes who has the clock, if asked to, keeps the record of a fallback, and publishes the state
/// of the node; under the lock, as `verb`. `waits_for`: what is missing for the next try. Returns
/// the exit status: 1 if a step failed.
[[nodiscard]] Result<int> change_clock(
    const char* verb,
    const Config& config,
    std::optional<ClockRequest> request,
    const std::string& waits_for = {}
);

}  // namespace onload_node
