// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/routes.hpp"

#include "base/text.hpp"

namespace onload_node {

namespace {

constexpr std::string_view no_address_6 = "00000000000000000000000000000000";
constexpr std::size_t interface_column_6 = 9;

}  // namespace

std::vector<std::string_view> default_routes(std::string_view text) {
    std::vector<std::string_view> found;
    while (!text.empty()) {
        const auto words = words_of(take_until(text, "\n"));
        if (words.size() > 7 && words[1] == "00000000" && words[7] == "00000000") {
            found.push_back(words[0]);
        }
    }
    return found;
}

std::vector<std::string_view> default_routes_6(std::string_view text) {
    std::vector<std::string_view> found;
    while (!text.empty()) {
        const auto words = words_of(take_until(text, "\n"));
        // On the loopback it is a route that rejects packets; the kernel makes one by itself.
        if (words.size() > interface_column_6 && words[0] == no_address_6 && words[1] == "00" &&
            words[interface_column_6] != "lo") {
            found.push_back(words[interface_column_6]);
        }
    }
    return found;
}

}  // namespace onload_node
