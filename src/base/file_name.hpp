// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>

namespace onload_node {

/// What follows the last slash of a path; the whole of it where there is none.
[[nodiscard]] inline std::string file_name(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

}  // namespace onload_node
