// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/config.hpp"
#include "core/model/observed.hpp"

#include <vector>

namespace onload_node {

/// The functions that onload-node may touch: those without a driver_override and without a foreign
/// driver, physical ones only.
[[nodiscard]] std::vector<const NetworkFunction*>
managed_functions(const Config& config, const Observed& observed);

/// True when a swap would cut a network off that is in use: the network has been started and a
/// managed interface is up, or a pod has it.
[[nodiscard]] bool network_in_use(const Config& config, const Observed& observed);

}  // namespace onload_node
