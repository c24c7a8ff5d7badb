// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace onload_node {

/// Joins the parts in one call. A chain of `+` makes a string for each part, and messages are a
/// good part of a binary that has to fit into a MachineConfig.
[[nodiscard, gnu::noinline]] inline std::string concat(std::initializer_list<std::string_view> parts
) {
    std::string text;
    for (const auto part : parts) {
        text += part;
    }
    return text;
}

}  // namespace onload_node
