// SPDX-License-Identifier: BSD-2-Clause
#include "base/sizes.hpp"
#include "base/text.hpp"
#include "stage/staging_parts.hpp"

#include <array>
#include <string_view>

namespace onload_node {

namespace {

/// No tree of ours has as many modules.
constexpr std::size_t longest_index = mebibyte;

}  // namespace

bool lists_exactly(ByteStream& text, const std::set<std::string>& modules) {
    std::string all;
    std::array<char, 16384> buffer{};
    for (;;) {
        const auto count = text.read(std::as_writable_bytes(std::span(buffer)));
        if (!count || all.size() > longest_index) {
            return false;
        }
        if (*count == 0) {
            break;
        }
        all.append(buffer.data(), *count);
    }
    std::set<std::string> listed;
    for (std::string_view rest = all; !rest.empty();) {
        auto line = take_until(rest, "\n");
        listed.emplace(take_until(line, ":"));
    }
    return listed == modules;
}

}  // namespace onload_node
