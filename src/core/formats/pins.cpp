// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/pins.hpp"

#include "base/text.hpp"

namespace onload_node {

namespace {

constexpr std::size_t digest_length = 64;

bool is_hex(std::string_view text) {
    return text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& letter : result) {
        letter = letter >= 'A' && letter <= 'F' ? static_cast<char>(letter - 'A' + 'a') : letter;
    }
    return result;
}

/// Adds the line to `pins`; returns why if it is no pin.
std::string_view take_line(std::string_view line, Pins& pins) {
    const auto digest = line.substr(0, digest_length);
    if (digest.size() < digest_length || !is_hex(digest)) {
        return "it does not begin with the 64 digits of a SHA-256";
    }
    auto path = line.substr(digest_length);
    if (path.substr(0, 2) != "  " && path.substr(0, 2) != " *") {
        return "two blanks and a path have to follow the digest";
    }
    path.remove_prefix(2);
    if (path.substr(0, 2) == "./") {
        path.remove_prefix(2);
    }
    if (path.empty() || path.front() == '/') {
        return "a path below lib/modules/ has to follow the digest";
    }
    pins.emplace_back(path, lower(digest));
    return "";
}

}  // namespace

Result<Pins> parse_pins(std::string_view text, const std::string& file) {
    Pins pins;
    for (unsigned number = 1; !text.empty(); ++number) {
        const auto line = take_until(text, "\n");
        if (line.empty() || line.front() == '#') {
            continue;
        }
        if (const auto why = take_line(line, pins); !why.empty()) {
            return failure(
                ErrorCode::config,
                compose("{}:{}: damaged line: {}", file, std::to_string(number), why)
            );
        }
    }
    return pins;
}

}  // namespace onload_node
