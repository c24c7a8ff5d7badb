// SPDX-License-Identifier: BSD-2-Clause
#include "core/planning/clock_port.hpp"

#include "base/text.hpp"
#include "core/model/links.hpp"
#include "core/model/managed_functions.hpp"
#include "core/naming/port_names.hpp"

#include <algorithm>

namespace onload_node {

namespace {

/// The interface itself, or what is made of it: a port in a bond has no address of its own.
std::string usable(const Observed& observed, const std::string& name, int depth = 3) {
    const Link* const link = find_link(observed.links, name);
    if (link == nullptr || !link->carrier || depth == 0) {
        return "";
    }
    if (link->addressed) {
        return name;
    }
    for (const auto& upper : link->uppers) {
        if (auto found = usable(observed, upper, depth - 1); !found.empty()) {
            return found;
        }
    }
    return "";
}

std::string usable(const Observed& observed, const NetworkFunction& function) {
    for (const auto& interface : function.interfaces) {
        if (auto found = usable(observed, interface.name); !found.empty()) {
            return found;
        }
    }
    return "";
}

Result<std::string> first_port(const Config& config, const Observed& observed) {
    for (const NetworkFunction* const function : managed_functions(config, observed)) {
        if (auto found = usable(observed, *function); !found.empty()) {
            return found;
        }
    }
    if (observed.sfptpd && !observed.sfptpd->needs_port) {
        return std::string();
    }
    return failure(
        ErrorCode::not_found,
        "no Solarflare port has carrier and an address (time.port = \"first\")"
    );
}

Result<std::string> port_at(const PciAddress& address, const Observed& observed) {
    const auto found = std::ranges::find(observed.functions, address, &NetworkFunction::address);
    if (found == observed.functions.end() || found->interfaces.empty()) {
        return failure(
            ErrorCode::not_found,
            compose("there is no interface at {} (time.port)", address.to_string())
        );
    }
    auto name = usable(observed, *found);
    return name.empty() ? found->interfaces.front().name : name;
}

bool known(
    const Observed& observed, const std::vector<ChosenName>& chosen, const std::string& name
) {
    const auto has_name = [&](const Interface& interface) { return interface.name == name; };
    return observed.other_interfaces.contains(name) ||
           std::ranges::find(chosen, name, &ChosenName::name) != chosen.end() ||
           std::ranges::any_of(observed.functions, [&](const NetworkFunction& function) {
               return std::ranges::any_of(function.interfaces, has_name);
           });
}

}  // namespace

Result<std::string> clock_port(const Config& config, const Observed& observed) {
    const std::string& port = config.time.port;
    if (port == "first") {
        return first_port(config, observed);
    }
    if (const auto address = PciAddress::parse(port)) {
        return port_at(*address, observed);
    }
    if (!port.empty() && find_link(observed.links, port) == nullptr) {
        return failure(ErrorCode::not_found, compose("there is no interface {} (time.port)", port));
    }
    return port;
}

std::vector<std::string> missing_clock_interfaces(const Config& config, const Observed& observed) {
    auto names = observed.sfptpd ? observed.sfptpd->interfaces : std::vector<std::string>();
    const auto chosen = choose_names(config.names, managed_functions(config, observed), observed);
    std::erase_if(names, [&](const std::string& name) { return known(observed, chosen, name); });
    return names;
}

std::string clock_port_complaint(const Config& config, const Observed& observed) {
    const auto missing = missing_clock_interfaces(config, observed);
    return missing.empty() ? ""
                           : compose(
                                 "{} names {}, which this node does not have",
                                 paths::sfptpd_config,
                                 joined(missing, " ")
                             );
}

}  // namespace onload_node
