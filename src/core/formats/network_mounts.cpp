// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/network_mounts.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace onload_node {

namespace {

constexpr std::string_view network_types[] = {"nfs", "nfs4", "cifs", "smb3", "ceph"};

constexpr std::size_t point_column = 4;

}  // namespace

std::string_view option_value(std::string_view options, std::string_view key) {
    while (!options.empty()) {
        const auto option = take_until(options, ",\n");
        if (option.starts_with(key) && option.substr(key.size()).starts_with('=')) {
            return option.substr(key.size() + 1);
        }
    }
    return {};
}

std::vector<NetworkMount> network_mounts(std::string_view text) {
    std::vector<NetworkMount> found;
    while (!text.empty()) {
        const auto words = words_of(take_until(text, "\n"));
        // Behind the "-": type, source, options of the file system.
        const auto rest = std::ranges::find(words, std::string_view("-"));
        if (words.end() - rest > 3 && rest - words.begin() > static_cast<int>(point_column) &&
            contains(network_types, rest[1])) {
            found.push_back(
                {std::string(words[point_column]), std::string(option_value(rest[3], "addr"))}
            );
        }
    }
    return found;
}

}  // namespace onload_node
