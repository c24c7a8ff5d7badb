// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>

namespace onload_node {

/// Where this program lies, with a '/' at the end; "" when the kernel does not say.
[[nodiscard]] std::string own_directory();

}  // namespace onload_node
