// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace onload_node {

namespace detail {

/// A text with "{}" in as many places as there are parts; any other number does not compile.
template <std::size_t Parts>
struct Pattern {
    /// Not explicit: a literal is a pattern.
    consteval Pattern(const char* pattern)  // NOLINT(google-explicit-constructor)
        : text(pattern) {
        std::size_t holes = 0;
        for (auto at = text.find("{}"); at != text.npos; at = text.find("{}", at + 2)) {
            ++holes;
        }
        if (holes != Parts) {
            wrong_number_of_parts();
        }
    }

    static void wrong_number_of_parts() {}

    std::string_view text;
};

[[nodiscard, gnu::noinline]] inline std::string
compose(std::string_view pattern, std::span<const std::string_view> parts) {
    std::string text;
    for (const auto part : parts) {
        const auto hole = pattern.find("{}");
        text += pattern.substr(0, hole);
        text += part;
        pattern.remove_prefix(hole + 2);
    }
    text += pattern;
    return text;
}

}  // namespace detail

/// The pattern with a part in the place of each "{}", in one call. A chain of `+` makes a string
/// for each part, a formatting library brings the formats of numbers: both are bytes of a binary
/// that has to fit into a MachineConfig.
template <typename... Parts>
[[nodiscard]] std::string
compose(detail::Pattern<sizeof...(Parts)> pattern, const Parts&... parts) {
    const std::string_view texts[] = {parts...};
    return detail::compose(pattern.text, texts);
}

/// The text without the spaces, tabs and carriage returns at both ends.
[[nodiscard]] inline std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r";
    const auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

/// The part of a path after its last slash; the whole path if it has no slash.
[[nodiscard]] inline std::string file_name(std::string_view path) {
    return std::string(path.substr(path.rfind('/') + 1));
}

/// Removes the text up to the first of `separators`, and that separator, from the front of `rest`.
/// Returns the text; without a separator, all of `rest`.
inline std::string_view take_until(std::string_view& rest, std::string_view separators) {
    const auto end = std::min(rest.find_first_of(separators), rest.size());
    const auto taken = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return taken;
}

/// The words of a line, which point into it.
[[nodiscard]] inline std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    while (!line.empty()) {
        if (const auto word = take_until(line, " \t\r"); !word.empty()) {
            words.push_back(word);
        }
    }
    return words;
}

/// Appends `word`, after `separator` unless the text is empty.
inline void append(std::string& text, std::string_view separator, std::string_view word) {
    text += text.empty() ? std::string_view() : separator;
    text += word;
}

/// The words with `separator` between them.
template <typename Words>
[[nodiscard]] std::string joined(const Words& words, std::string_view separator) {
    std::string text;
    for (const auto& word : words) {
        append(text, separator, word);
    }
    return text;
}

/// At least `digits` lower-case hexadecimal digits, and more if the number has them.
[[nodiscard, gnu::noinline]] inline std::string hexadecimal(std::uint32_t value, unsigned digits) {
    std::string text;
    for (unsigned shift = 32; shift > 0; shift -= 4) {
        const auto rest = value >> (shift - 4);
        if (rest != 0 || shift <= digits * 4) {
            text += "0123456789abcdef"[rest & 0xFU];
        }
    }
    return text;
}

/// Two digits for each byte.
[[nodiscard]] inline std::string hexadecimal(std::span<const std::byte> bytes) {
    std::string text;
    for (const auto byte : bytes) {
        text += hexadecimal(std::to_integer<std::uint32_t>(byte), 2);
    }
    return text;
}

/// Whether one of the values is `value`.
template <typename Values, typename Value>
[[nodiscard]] bool contains(const Values& values, const Value& value) {
    return std::ranges::find(values, value) != std::ranges::end(values);
}

/// The text up to its first line break; all of it if it has none.
[[nodiscard]] inline std::string first_line(std::string_view text) {
    return std::string(text.substr(0, text.find('\n')));
}

/// The text after its last line break, but for blanks and line breaks at its end.
[[nodiscard]] inline std::string last_line(std::string_view text) {
    text = text.substr(0, text.find_last_not_of(" \n\r\t") + 1);
    return std::string(text.substr(text.rfind('\n') + 1));
}

}  // namespace onload_node
