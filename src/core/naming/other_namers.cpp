// SPDX-License-Identifier: BSD-2-Clause
#include "base/text.hpp"
#include "core/naming/port_names.hpp"

#include <algorithm>

namespace onload_node {

namespace {

std::optional<OtherNamer> by_argument(const NetworkFunction& function, const Observed& observed) {
    const auto mac = known_mac(function, observed);
    for (const auto& argument : observed.named_by_argument) {
        if (mac == argument.mac) {
            return OtherNamer{
                compose(
                    "ifname={}:{} on the kernel command line",
                    argument.name,
                    argument.mac.to_string()
                ),
                argument.name,
                false,
                true};
        }
    }
    return std::nullopt;
}

/// True if NAME="..." or NAME:="..." at `at` gives `name`: no comparison, no end of a longer key.
bool assigns_name(std::string_view line, std::size_t at, std::string_view name) {
    constexpr std::string_view key = "NAME";
    if (at > 0 && std::string_view(" \t,").find(line[at - 1]) == std::string_view::npos) {
        return false;
    }
    std::string_view rest = line.substr(at + key.size());
    const auto assignment = rest.find_first_not_of(" \t");
    rest.remove_prefix(std::min(assignment, rest.size()));
    rest.remove_prefix(rest.starts_with(':') ? 1 : 0);
    const std::string wanted = compose("=\"{}\"", name);
    return rest.starts_with(wanted);
}

}  // namespace

std::optional<OtherNamer>
named_by_other(const NetworkFunction& function, const Observed& observed) {
    if (function.interfaces.empty() || !function.interfaces.front().initialised) {
        return by_argument(function, observed);
    }
    const Interface& interface = function.interfaces.front();
    if (!interface.rule.empty()) {
        return OtherNamer{interface.rule, interface.name, true, false};
    }
    // systemd takes the first file that matches, sorted by file name whatever the folder.
    const auto& path = interface.link_file;
    const bool first = !path.empty() && !is_our_link_file(path) &&
                       file_name(path) < file_name(link_file_path(function.address));
    if (first || !interface.link_gives.empty()) {
        return OtherNamer{path, interface.link_gives, first, false};
    }
    return by_argument(function, observed);
}

bool rules_give_name(std::string_view rules, std::string_view name) {
    while (!rules.empty()) {
        const std::string_view line = take_until(rules, "\n");
        const auto begin = line.find_first_not_of(" \t");
        if (begin == std::string_view::npos || line[begin] == '#') {
            continue;
        }
        for (auto at = line.find("NAME"); at != std::string_view::npos;
             at = line.find("NAME", at + 1)) {
            if (assigns_name(line, at, name)) {
                return true;
            }
        }
    }
    return false;
}

}  // namespace onload_node
