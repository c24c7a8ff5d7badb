// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/pins.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace onload_node {

namespace {

constexpr std::size_t digest_length = 64;
constexpr std::string_view tag = "SHA256 (";
constexpr std::string_view tag_end = ") = ";

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

/// Undoes what sha256sum does to a name in a line that begins with a backslash; false if this is no
/// such name.
bool unescape(std::string& path) {
    constexpr std::string_view letters = "nr\\";
    constexpr std::string_view meant = "\n\r\\";
    for (auto at = path.find('\\'); at != std::string::npos; at = path.find('\\', at + 1)) {
        const auto index = letters.find(path[at + 1]);
        if (index == std::string_view::npos) {
            return false;
        }
        path.replace(at, 2, 1, meant[index]);
    }
    return true;
}

/// Adds the line to `pins`; returns why if it is no pin.
std::string_view take_line(std::string_view line, Pins& pins) {
    const bool escaped = line.starts_with('\\');
    line.remove_prefix(escaped ? 1 : 0);
    auto digest = line.substr(0, digest_length);
    auto written = line.substr(digest.size());
    const bool marked = written.starts_with("  ") || written.starts_with(" *");
    written.remove_prefix(marked ? 2 : written.size());
    if (line.starts_with(tag)) {
        // "SHA256 (PATH) = DIGEST"
        const auto end = std::min(line.rfind(tag_end), line.size() - tag_end.size());
        digest = line.substr(end + tag_end.size());
        written = line.substr(tag.size(), end - tag.size());
    }
    std::string path(written);
    if (digest.size() != digest_length || !is_hex(digest)) {
        return "no 64 digits of a SHA-256 are where sha256sum writes them";
    }
    path.erase(0, path.starts_with("./") ? 2 : 0);
    if (path.empty() || path.front() == '/' || (escaped && !unescape(path))) {
        return "a path below lib/modules/ has to stand behind two blanks";
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
