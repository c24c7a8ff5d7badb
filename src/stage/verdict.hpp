// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>

namespace onload_node {

/// Whether a tree would load.
struct TreeVerdict {
    enum class Kind { passed, failed, not_checkable };
    Kind kind = Kind::not_checkable;
    std::string why;  ///< what failed and what to do about it, or why nothing could be checked
};

}  // namespace onload_node
