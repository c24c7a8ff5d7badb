// SPDX-License-Identifier: BSD-2-Clause
#include "core/planning/reach.hpp"

#include "base/text.hpp"
#include "core/model/links.hpp"
#include "core/model/managed_functions.hpp"

#include <algorithm>

namespace onload_node {

namespace {

std::vector<const Interface*> ports(const Config& config, const Observed& observed) {
    std::vector<const Interface*> found;
    for (const NetworkFunction* const function : managed_functions(config, observed)) {
        for (const auto& interface : function->interfaces) {
            found.push_back(&interface);
        }
    }
    return found;
}

MacAddress mac_of(const Interface& interface) {
    return interface.permanent_mac.value_or(interface.mac);
}

const ReachedPort* find_port(const Reach& reach, const Interface& interface) {
    const auto found = std::ranges::find(reach, mac_of(interface), &ReachedPort::mac);
    return found == reach.end() ? nullptr : &*found;
}

bool has_carrier(const Observed& observed, std::string_view name) {
    const Link* const link = find_link(observed.links, name);
    return link != nullptr && link->carrier;
}

/// Bare interfaces always have carrier. What is behind those of Open vSwitch, its ports know.
bool route_is_dead(const Config& config, const Observed& observed, const Link& route) {
    bool switched = false;
    for (const Interface* const port : ports(config, observed)) {
        if (below_open_vswitch(observed.links, port->name)) {
            if (has_carrier(observed, port->name)) {
                return false;
            }
            switched = true;
        }
    }
    return switched && std::ranges::any_of(observed.links, [&](const Link& link) {
               return link.bare && contains(with_uppers(observed.links, link.name), &route);
           });
}

bool default_route_works(const Config& config, const Observed& observed) {
    return std::ranges::any_of(observed.links, [&](const Link& link) {
        return link.default_route && link.carrier && !route_is_dead(config, observed, link);
    });
}

/// A pod has it: the cluster is reached.
bool lent_out(const Config& config, const Observed& observed) {
    return std::ranges::any_of(managed_functions(config, observed), [](const auto* function) {
        return function->lent_out();
    });
}

}  // namespace

Reach reach_now(const Config& config, const Observed& observed) {
    Reach reach;
    for (const Interface* const port : ports(config, observed)) {
        if (has_carrier(observed, port->name)) {
            reach.push_back({mac_of(*port), carries_default_route(observed.links, port->name)});
        }
    }
    return reach;
}

std::string reach_complaint(const Reach& before, const Config& config, const Observed& observed) {
    if (default_route_works(config, observed) || lent_out(config, observed)) {
        return "";
    }
    std::string dark;
    std::string silent;
    bool carrier = false;
    for (const Interface* const port : ports(config, observed)) {
        const ReachedPort* const known = find_port(before, *port);
        const bool now = has_carrier(observed, port->name);
        carrier = carrier || now;
        if (known != nullptr && !now) {
            append(dark, ", ", port->name);
        } else if (known != nullptr && known->default_route) {
            append(silent, ", ", port->name);
        }
    }
    if (!silent.empty()) {
        return compose(
            "{} has carrier, but there is no default route, which went over it in the last good "
            "boot",
            silent
        );
    }
    return carrier || dark.empty()
               ? ""
               : compose(
                     "no port has carrier, and there is no default route; in the last good boot {} "
                     "had carrier",
                     dark
                 );
}

}  // namespace onload_node
