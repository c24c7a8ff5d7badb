// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/library_version.hpp"

#include <algorithm>
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

}  // namespace

void VersionScanner::take(std::span<const std::byte> bytes) {
    for (const auto byte : bytes) {
        take(static_cast<char>(byte));
    }
}

std::set<std::string> VersionScanner::finish() {
    end_text();
    return std::move(versions_);
}

void VersionScanner::take(char byte) {
    if (byte < ' ' || byte > '~') {
        end_text();
    } else if (text_.size() < longest_text) {
        text_ += byte;
    }
}

void VersionScanner::end_text() {
    const auto version = text_.size() < longest_text ? version_of(text_) : std::string_view();
    if (!version.empty() && versions_.size() < most_versions) {
        versions_.emplace(version);
    }
    text_.clear();
}

}  // namespace onload_node
