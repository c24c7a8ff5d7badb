// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <string>

namespace onload_node {

/// Gives `there` what `here` has, in one step: by exchanging the two, or, when there is nothing, by
/// renaming. Both on one file system.
[[nodiscard]] Result<void> put_in_place(const std::string& here, const std::string& there);

}  // namespace onload_node
