// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>

namespace onload_node {

inline constexpr std::size_t mebibyte = std::size_t{1024} * 1024;

}  // namespace onload_node
