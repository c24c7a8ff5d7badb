// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/observed.hpp"

namespace onload_node {

/// True if the loaded module is the staged one with the configured parameters. Decides by build-id
/// and by what onload-node recorded when it loaded the module: exit codes and names prove nothing.
[[nodiscard]] bool
loaded_as_wanted(const ModuleFile& staged, const Config& config, const Observed& observed);

/// Parameters that the configuration gives to a module.
[[nodiscard]] ModuleParameters configured_parameters(const Config& config, const ModuleName& name);

/// The first twelve digits of a build-id, enough for people; "none" when there is none.
[[nodiscard]] std::string short_build_id(const std::string& build_id);

}  // namespace onload_node
