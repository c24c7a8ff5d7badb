// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <string_view>

namespace onload_node {

/// True when standard output is a terminal and NO_COLOR is not set.
[[nodiscard]] bool colour_wanted();

/// Columns for text: those of the terminal, 100 at most; 100 where standard output is none.
[[nodiscard]] std::size_t text_width();

/// Writes to standard output.
void print(std::string_view text);

/// Writes the error to standard error and returns its exit status.
[[nodiscard]] int complain(const Error& error);

}  // namespace onload_node
