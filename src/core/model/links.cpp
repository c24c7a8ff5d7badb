// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/links.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace onload_node {

namespace {

/// The datapath, which is the upper interface of every port of Open vSwitch.
constexpr std::string_view open_vswitch = "ovs-system";

}  // namespace

const Link* find_link(const std::vector<Link>& links, std::string_view name) {
    const auto found = std::ranges::find(links, name, &Link::name);
    return found == links.end() ? nullptr : &*found;
}

std::vector<const Link*> with_uppers(const std::vector<Link>& links, std::string_view name) {
    std::vector<const Link*> found;
    const auto add = [&](std::string_view each) {
        const Link* const link = find_link(links, each);
        if (link != nullptr && !contains(found, link)) {
            found.push_back(link);
        }
    };
    add(name);
    for (std::size_t i = 0; i < found.size(); ++i) {
        std::ranges::for_each(found[i]->uppers, add);
    }
    return found;
}

bool below_open_vswitch(const std::vector<Link>& links, std::string_view name) {
    return std::ranges::any_of(with_uppers(links, name), [](const Link* link) {
        return link->name == open_vswitch;
    });
}

bool carries_default_route(const std::vector<Link>& links, std::string_view name) {
    const auto routed_above = [&](std::string_view below) {
        return std::ranges::any_of(with_uppers(links, below), [](const Link* link) {
            return link->default_route;
        });
    };
    return routed_above(name) ||
           (below_open_vswitch(links, name) && std::ranges::any_of(links, [&](const Link& link) {
                return link.bare && routed_above(link.name);
            }));
}

}  // namespace onload_node
