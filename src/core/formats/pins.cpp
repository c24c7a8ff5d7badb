// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/pins.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <utility>

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

/// A line's two parts, with nothing checked yet.
struct Line {
    std::string_view digest;
    std::string_view path;
};

/// "SHA256 (PATH) = DIGEST" by `sha256sum --tag` and BSD, "SHA256(PATH)= DIGEST" and
/// "SHA2-256(PATH)= DIGEST" by openssl. Without the name that is left out.
Line tagged_line(std::string_view rest) {
    rest = trimmed(rest);
    const auto end = rest.rfind(')');
    if (!rest.starts_with('(') || end == std::string_view::npos) {
        return {};
    }
    const auto path = rest.substr(1, end - 1);
    rest = trimmed(rest.substr(end + 1));
    return rest.starts_with('=') ? Line{trimmed(rest.substr(1)), path} : Line{};
}

/// "DIGEST  PATH" or "DIGEST *PATH".
Line plain_line(std::string_view line) {
    auto path = line.substr(std::min(digest_length, line.size()));
    const bool marked = path.starts_with("  ") || path.starts_with(" *");
    return {line.substr(0, digest_length), marked ? path.substr(2) : std::string_view()};
}

Line parts_of(std::string_view line) {
    for (const std::string_view name : {"SHA256", "SHA2-256"}) {
        if (line.starts_with(name)) {
            return tagged_line(line.substr(name.size()));
        }
    }
    return plain_line(line);
}

/// The path without the backslashes of a line that begins with one; "" if they are no such.
std::string unescaped(std::string_view path) {
    constexpr std::string_view letters = "nr\\";
    constexpr std::string_view meant = "\n\r\\";
    std::string result;
    while (!path.empty()) {
        const char letter = path.front();
        path.remove_prefix(1);
        if (letter != '\\') {
            result += letter;
            continue;
        }
        const auto index = path.empty() ? std::string_view::npos : letters.find(path.front());
        if (index == std::string_view::npos) {
            return "";
        }
        result += meant[index];
        path.remove_prefix(1);
    }
    return result;
}

/// Adds the line to `pins`; returns why if it is no pin.
std::string_view take_line(std::string_view line, Pins& pins) {
    const bool escaped = line.starts_with('\\');
    const auto [digest, written] = parts_of(line.substr(escaped ? 1 : 0));
    if (digest.size() != digest_length || !is_hex(digest)) {
        return "there are no 64 digits of a SHA-256 where sha256sum writes them";
    }
    std::string path = escaped ? unescaped(written) : std::string(written);
    if (escaped && path.empty()) {
        return "a backslash is not followed by n, r or another one";
    }
    path.erase(0, path.starts_with("./") ? 2 : 0);
    if (path.empty() || path.front() == '/') {
        return "two blanks and a path below lib/modules/ have to follow the digest";
    }
    pins.emplace_back(std::move(path), lower(digest));
    return "";
}

}  // namespace

Result<Pins> parse_pins(std::string_view text, const std::string& file) {
    Pins pins;
    for (unsigned number = 1; !text.empty(); ++number) {
        // A zero byte ends the lines of `sha256sum --zero`.
        auto line = take_until(text, std::string_view("\n\0", 2));
        line.remove_suffix(line.ends_with('\r') ? 1 : 0);
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
