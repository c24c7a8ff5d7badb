// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/toml.hpp"
#include "core/model/step.hpp"

namespace onload_node {

/// A step as a TOML table, for the undo log; an empty one for a step that takes nothing back.
[[nodiscard]] toml::table to_toml(const Step& step);

/// The step that a table stands for; ErrorCode::mismatch says which key is missing or wrong.
[[nodiscard]] Result<Step> step_from_toml(const toml::table& table);

}  // namespace onload_node
