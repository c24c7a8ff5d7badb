// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/staging_access.hpp"

#include <set>
#include <string>

namespace onload_node {

/// The versions in a program or library: texts like "8.1.2.26" or "Onload 8.1.2.26". Those of
/// libonload.so include Onload's own, which the library prints when run.
[[nodiscard]] Result<std::set<std::string>> versions_in(ByteStream& library);

}  // namespace onload_node
