// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/config.hpp"
#include "core/model/observed.hpp"

#include <cstdint>
#include <string>

namespace onload_node {

/// The record of a time daemon that has failed now, `uptime`. The first pause before the next try
/// is one minute; each try in vain doubles it, up to `longest`. A daemon that has run for longer
/// than that since it was tried begins anew.
[[nodiscard]] ClockFallback clock_given_back(const Observed& observed, Milliseconds longest);

/// What is missing for a try that could succeed; empty if nothing is. Needs `observed.links`.
[[nodiscard]] std::string missing_for_retry(const Config& config, const Observed& observed);

/// What time-retry does next.
enum class ClockMove {
    none,       ///< nothing is left to do: the time daemon has the clock, or nobody fell back
    wait,       ///< until `next`, or until what is missing is there
    retry,      ///< try the time daemon again
    give_back,  ///< it has failed again, and the displaced units still wait
};

/// Needs `observed.links`.
[[nodiscard]] ClockMove clock_move(const Config& config, const Observed& observed);

}  // namespace onload_node
