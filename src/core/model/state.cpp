// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/state.hpp"

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

}  // namespace onload_node
