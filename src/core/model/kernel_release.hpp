// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <string_view>

namespace onload_node {

/// Whether a text may be the name of a kernel (`uname -r`): letters, digits and ". _ + ~ -", the
/// first a letter or digit. Real-time, debug and 64k kernels of RHEL have a "+". Nothing else names
/// a folder of modules that programs are given, and that messages and records show as it is.
[[nodiscard]] inline bool is_kernel_release(std::string_view text) {
    const auto alphanumeric = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    constexpr std::string_view others = "._+~-";
    return !text.empty() && alphanumeric(text.front()) && std::ranges::all_of(text, [&](char c) {
        return alphanumeric(c) || others.find(c) != std::string_view::npos;
    });
}

}  // namespace onload_node
