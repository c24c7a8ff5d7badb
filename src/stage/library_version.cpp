// SPDX-License-Identifier: BSD-2-Clause
#include "stage/staging_parts.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace onload_node {

namespace {

constexpr std::size_t longest_text = 64;
constexpr std::size_t most_versions = 32;
constexpr std::string_view product = "Onload ";
constexpr std::string_view digits_and_dots = "0123456789.";

/// The version if the text is one, or begins with the product's name and one; otherwise "".
std::string_view version_of(std::string_view text) {
    const bool named = text.starts_with(product);
    text.remove_prefix(named ? product.size() : 0);
    const auto end = std::min(text.find_first_not_of(digits_and_dots), text.size());
    const auto version = text.substr(0, end);
    // Without the name it must be the whole text: other libraries have versions too.
    const bool whole = named || end == text.size();
    const bool shaped = std::ranges::count(version, '.') >= 2 && version.front() != '.' &&
                        version.back() != '.' && version.find("..") == std::string_view::npos;
    return whole && shaped ? version : std::string_view();
}

/// Collects texts byte by byte and keeps the versions among them.
class TextScanner {
public:
    void take(char byte) {
        if (byte < ' ' || byte > '~') {
            end_text();
        } else if (text_.size() < longest_text) {
            text_ += byte;
        }
    }

    void end_text() {
        const auto version = text_.size() < longest_text ? version_of(text_) : std::string_view();
        if (!version.empty() && versions.size() < most_versions) {
            versions.emplace(version);
        }
        text_.clear();
    }

    std::set<std::string> versions;

private:
    std::string text_;
};

}  // namespace

Result<std::set<std::string>> versions_in(ByteStream& library) {
    TextScanner scanner;
    std::array<std::byte, 16384> buffer{};
    for (;;) {
        const auto count = TRY(library.read(buffer));
        if (count == 0) {
            scanner.end_text();
            return std::move(scanner.versions);
        }
        for (const auto byte : std::span(buffer).first(count)) {
            scanner.take(static_cast<char>(byte));
        }
    }
}

}  // namespace onload_node
