// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/observed.hpp"
#include "core/model/step.hpp"

#include <vector>

namespace onload_node {

/// What takes `step` back, in the order to run it; empty when nothing needs to be. Pure, and
/// written to the undo log before the step runs: recovery after a crash needs nothing but the log.
///
/// The inverse of unloading a module loads the in-tree one, whichever build was there before: a
/// port must have a driver.
[[nodiscard]] std::vector<Step> inverse(const Step& step, const Observed& observed);

}  // namespace onload_node
