// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <string_view>

namespace onload_node {

/// Removes the text up to the first of `separators`, and that separator, from the front of `rest`.
/// Returns the text; without a separator, all of `rest`.
inline std::string_view take_until(std::string_view& rest, std::string_view separators) {
    const auto end = std::min(rest.find_first_of(separators), rest.size());
    const auto taken = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return taken;
}

}  // namespace onload_node
