// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/state.hpp"

#include <cstddef>
#include <iterator>

namespace onload_node {

std::string_view to_string(State state) {
    switch (state) {
    case State::active:
        return "active";
    case State::degraded:
        return "degraded";
    case State::in_tree:
        return "in-tree";
    case State::idle:
        return "idle";
    case State::off:
        return "off";
    case State::failed:
        return "failed";
    }
    return "failed";
}

std::string_view to_string(ReasonCode code) {
    // In the order of the enumerators.
    static constexpr std::string_view names[] = {
        "as-wanted",
        "no-nic",
        "switched-off",
        "config",
        "no-tree",
        "module-missing",
        "wrong-kernel",
        "unusable-module",
        "busy",
        "pending-reboot",
        "pending-apply",
        "guard",
        "undone",
        "onload-missing",
        "name-missing",
        "control-plane",
        "time-daemon",
        "no-driver",
        "unsafe-path",
        "wrong-machine",
        "symbols",
        "signature",
        "pins",
        "port-unclaimed",
        "stacks-in-use",
        "virtual-functions",
        "unknown-parameter",
        "names-not-remembered",
    };
    static_assert(
        std::size(names) == static_cast<std::size_t>(ReasonCode::names_not_remembered) + 1
    );
    return names[static_cast<std::size_t>(code)];
}

}  // namespace onload_node
