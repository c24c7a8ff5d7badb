// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/toml.hpp"
#include "core/model/config.hpp"

namespace onload_node {

/// The parameters of a module as records have them: pairs, since their order counts.
[[nodiscard]] toml::array parameters_to_toml(const ModuleParameters& parameters);

/// What parameters_to_toml() has written. Anything else counts as no parameter. `node` may be null.
[[nodiscard]] ModuleParameters parameters_from_toml(const toml::node* node);

}  // namespace onload_node
