// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/config.hpp"
#include "core/model/observed.hpp"

/// With which parameters modules are loaded. As a rule with those configured. Where those, or the
/// wanted set, have failed, with those with which the set in place was confirmed: to a driver they
/// are as much a part of what proved good as its files are.
namespace onload_node {

/// Parameters that the configuration gives to a module.
[[nodiscard]] ModuleParameters configured_parameters(const Config& config, const ModuleName& name);

/// Parameters with which a module is to be loaded now.
[[nodiscard]] ModuleParameters
wanted_parameters(const Config& config, const Observed& observed, const ModuleName& name);

/// Parameters of the modules in the kernel that onload-node has loaded.
[[nodiscard]] ModuleParameterSets loaded_parameters(const Observed& observed);

/// The set in place; null if nothing is known of it.
[[nodiscard]] const SetEntry* placed_set(const Observed& observed);

/// The wanted set, if another one is in place for it; null if none is.
[[nodiscard]] const SetEntry* replaced_set(const Observed& observed);

/// The set in place, if it is the wanted one but the parameters of its confirmation stand in for
/// those configured; null if they do not.
[[nodiscard]] const SetEntry*
set_with_replaced_parameters(const Config& config, const Observed& observed);

/// True if the set was confirmed with other parameters than those configured now.
[[nodiscard]] bool confirmed_with_others(const SetEntry& set, const Config& config);

/// How often the set has failed with the parameters that are configured now, and only by them.
[[nodiscard]] unsigned times_parameters_failed(const SetEntry& set, const Config& config);

/// "sfc: rss_cpus=2 instead of rss_cpus=4": how the parameters of the set's confirmation differ
/// from those configured. Empty if they do not.
[[nodiscard]] std::string parameter_differences(const SetEntry& set, const Config& config);

}  // namespace onload_node
