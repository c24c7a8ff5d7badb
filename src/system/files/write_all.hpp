// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <span>
#include <string>

namespace onload_node {

/// Writes all of it, in as many calls as the kernel wants. `name` is for the message: "cannot write
/// NAME: ...".
[[nodiscard]] Result<void>
write_all(int fd, std::span<const std::byte> bytes, const std::string& name);

}  // namespace onload_node
