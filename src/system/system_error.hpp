// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <string>

namespace onload_node {

/// The error code that an errno value stands for.
[[nodiscard]] ErrorCode code_of_errno(int number);

/// What the system says of an errno value: "No such file or directory".
[[nodiscard]] std::string text_of_errno(int number);

/// "CONTEXT: what the system says of the errno value".
[[nodiscard]] tl::unexpected<Error> errno_failure(const std::string& context, int number);

}  // namespace onload_node
