// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/config.hpp"
#include "core/model/observed.hpp"

#include <string>
#include <vector>

namespace onload_node {

/// The functions that onload-node may touch: physical ones with neither a foreign driver nor a
/// foreign driver_override.
[[nodiscard]] std::vector<const NetworkFunction*>
managed_functions(const Config& config, const Observed& observed);

/// True if a swap would cut off a network in use: the network has been started, and a managed
/// interface is up or a pod has it.
[[nodiscard]] bool network_in_use(const Config& config, const Observed& observed);

/// A disk or a file system that would be cut off with the driver of a port.
struct StorageOverPort {
    std::string interface;  ///< the port's
    std::string complaint;  ///< names both
};

/// All that is reached over a managed port. What does not tell its way counts as going through
/// every port that is up.
[[nodiscard]] std::vector<StorageOverPort>
storage_over_ports(const Config& config, const Observed& observed);

/// What to say of the first function that hangs; empty if none does.
[[nodiscard]] std::string hung_complaint(const std::vector<const NetworkFunction*>& functions);

}  // namespace onload_node
