// SPDX-License-Identifier: BSD-2-Clause
#include "stage/default_route.hpp"

#include "base/text.hpp"
#include "core/model/paths.hpp"

#include <algorithm>
#include <sstream>
#include <string_view>
#include <vector>

namespace onload_node {

namespace {

constexpr std::string_view upper_prefix = "upper_";
/// Open vSwitch bridges are interfaces of their own, which sysfs does not tie to the ports below.
constexpr std::string_view open_vswitch = "ovs-system";
constexpr std::string_view no_address_6 = "00000000000000000000000000000000";
constexpr std::size_t interface_column_6 = 9;

std::vector<std::string> words_of(const std::string& line) {
    std::istringstream stream(line);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) {
        words.push_back(word);
    }
    return words;
}

/// Interfaces with a default route, IPv4 or IPv6.
std::set<std::string> routed_interfaces(const Files& files) {
    std::set<std::string> found;
    std::istringstream four(files.read(paths::routes).value_or(""));
    for (std::string line; std::getline(four, line);) {
        const auto words = words_of(line);
        if (words.size() > 7 && words[1] == "00000000" && words[7] == "00000000") {
            found.insert(words[0]);
        }
    }
    std::istringstream six(files.read(paths::routes_6).value_or(""));
    for (std::string line; std::getline(six, line);) {
        const auto words = words_of(line);
        // Without a next hop it is the kernel's route that rejects packets with no other route.
        if (words.size() > interface_column_6 && words[0] == no_address_6 && words[1] == "00" &&
            words[4] != no_address_6) {
            found.insert(words[interface_column_6]);
        }
    }
    return found;
}

/// The interface and all interfaces above it.
std::set<std::string> with_uppers(const std::string& interface, const Files& files) {
    std::set<std::string> found;
    std::vector<std::string> pending = {interface};
    while (!pending.empty()) {
        const std::string name = pending.back();
        pending.pop_back();
        if (!found.insert(name).second) {
            continue;
        }
        for (const auto& entry : files.list(compose("{}/{}", paths::sys_net, name))) {
            if (entry.starts_with(upper_prefix)) {
                pending.push_back(entry.substr(upper_prefix.size()));
            }
        }
    }
    return found;
}

}  // namespace

std::string default_route_over(const std::set<std::string>& interfaces, const Files& files) {
    const auto routed = routed_interfaces(files);
    for (const auto& interface : interfaces) {
        const auto above = with_uppers(interface, files);
        const bool carries = std::ranges::any_of(above, [&](const std::string& name) {
            return routed.contains(name) || name == open_vswitch;
        });
        if (carries) {
            return interface;
        }
    }
    return "";
}

}  // namespace onload_node
