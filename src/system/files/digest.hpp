// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <span>
#include <string>

namespace onload_node {

/// SHA-256 of the bytes, in 64 lower-case hexadecimal digits.
[[nodiscard]] Result<std::string> sha256_hex(std::span<const std::byte> bytes);

}  // namespace onload_node
