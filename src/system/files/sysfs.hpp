// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>

namespace onload_node {

/// Writes to an attribute of /sys or /proc, in one write; 0 or an errno value.
[[nodiscard]] int write_attribute(const std::string& path, const std::string& value);

}  // namespace onload_node
