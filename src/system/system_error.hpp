// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <string>

namespace onload_node {

/// The error code that an errno value stands for.
[[nodiscard]] ErrorCode code_of_errno(int number);

/// The system's text for an errno value: "No such file or directory".
[[nodiscard]] std::string text_of_errno(int number);

/// "CONTEXT: the system's text for the errno value".
[[nodiscard]] tl::unexpected<Error> errno_failure(const std::string& context, int number);

}  // namespace onload_node
