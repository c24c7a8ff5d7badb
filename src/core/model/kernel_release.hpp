// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string_view>
#include <utility>

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

/// Whether a kernel release is of this version or a newer one: "5.14.0-427..." is at least 5.14.
/// False for a text without two numbers.
[[nodiscard]] inline bool
is_at_least(std::string_view release, unsigned long major, unsigned long minor) {
    const auto number = [&release] {
        unsigned long value = 0;
        const char* const end = release.data() + release.size();
        const auto [rest, error] = std::from_chars(release.data(), end, value);
        const bool read = error == std::errc();
        release.remove_prefix(static_cast<std::size_t>(rest - release.data()));
        return std::pair(read, value);
    };
    const auto [has_major, first] = number();
    if (!has_major || !release.starts_with('.')) {
        return false;
    }
    release.remove_prefix(1);
    const auto [has_minor, second] = number();
    return has_minor && (first > major || (first == major && second >= minor));
}

}  // namespace onload_node
