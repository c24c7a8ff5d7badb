// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <string>

namespace onload_node {

/// SHA-256, in hexadecimal digits, of a file or of all that is in a directory: paths, owners and
/// permissions, where links lead, and bytes.
[[nodiscard]] Result<std::string> content_digest(const std::string& path);

}  // namespace onload_node
