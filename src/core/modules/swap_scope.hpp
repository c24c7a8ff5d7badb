// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/observed.hpp"

#include <vector>

namespace onload_node {

/// What a load order means for the modules that are in the kernel now.
struct SwapScope {
    std::vector<const ModuleFile*> driver;  ///< the replaced driver and what it needs
    std::vector<const ModuleFile*> onload;  ///< the rest, which comes after the driver
    bool swap = false;                      ///< the driver in the kernel is not the staged one
    std::vector<ModuleName> going;          ///< loaded modules that have to go, users first
};

/// `order` is the load order of the configured modules; the result points to the same files.
[[nodiscard]] SwapScope swap_scope(
    const std::vector<const ModuleFile*>& order, const Config& config, const Observed& observed
);

/// True if the loaded module is the staged one with the parameters that are wanted. Decides by
/// build-id and by what onload-node recorded when it loaded the module: exit codes and names prove
/// nothing.
[[nodiscard]] bool
loaded_as_wanted(const ModuleFile& staged, const Config& config, const Observed& observed);

/// The first twelve digits of a build-id, enough for people; "none" when there is none.
[[nodiscard]] std::string short_build_id(const std::string& build_id);

}  // namespace onload_node
