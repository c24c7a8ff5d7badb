// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace onload_node {

// An enumeration that is a closed set of words counts from 0 and has a constexpr `to_string`: a
// switch over all enumerators, and "" for any other value. The compiler demands a word for each new
// enumerator (-Wswitch). Everything below is derived from `to_string`.

/// The enumerators that have a word, in order. Those without a word come last in the enumeration.
template <typename Enum>
inline constexpr auto enumerators = [] {  // NOLINT: constexpr, so never at run time
    constexpr auto count = [] {
        std::size_t next = 0;
        while (!to_string(static_cast<Enum>(next)).empty()) {
            ++next;
        }
        return next;
    };
    std::array<Enum, count()> all{};
    std::ranges::generate(all, [next = 0]() mutable { return static_cast<Enum>(next++); });
    return all;
}();

/// The words of these enumerators, in the same order.
template <typename Enum>
inline constexpr auto words = [] {  // NOLINT: likewise
    std::array<std::string_view, enumerators<Enum>.size()> all;
    std::ranges::transform(enumerators<Enum>, all.begin(), [](Enum e) { return to_string(e); });
    return all;
}();

/// The enumerator of a word, if there is one.
template <typename Enum>
[[nodiscard]] constexpr std::optional<Enum> from_word(std::string_view word) {
    const auto found = std::ranges::find(words<Enum>, word);
    return word.empty() || found == words<Enum>.end()
               ? std::nullopt
               : std::optional(
                     enumerators<Enum>[static_cast<std::size_t>(found - words<Enum>.begin())]
                 );
}

}  // namespace onload_node
