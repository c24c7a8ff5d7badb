// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/staging_access.hpp"

#include <set>
#include <string>

namespace onload_node {

/// The texts in a program or library that look like a version, "8.1.2.26" or "Onload 8.1.2.26", as
/// versions. Among those of libonload.so is Onload's own, which it prints when it is run.
[[nodiscard]] Result<std::set<std::string>> versions_in(ByteStream& library);

}  // namespace onload_node
