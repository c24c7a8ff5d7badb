// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <string_view>

namespace onload_node {

/// True when standard output is a terminal and NO_COLOR is not set.
[[nodiscard]] bool colour_wanted();

/// Writes to standard output.
void print(std::string_view text);

/// Writes what went wrong to standard error; returns the exit status that stands for it.
[[nodiscard]] int complain(const Error& error);

}  // namespace onload_node
