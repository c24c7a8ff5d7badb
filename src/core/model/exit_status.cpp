// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/exit_status.hpp"

namespace onload_node {

int exit_status_of(State state, ReasonCode code) {
    if (code == ReasonCode::config) {
        return exit_status::config;
    }
    switch (state) {
    case State::active:
    case State::idle:
    case State::off:
        return exit_status::ok;
    case State::in_tree:
        return exit_status::in_tree;
    case State::degraded:
        return exit_status::degraded;
    case State::failed:
        break;
    }
    return exit_status::failed;
}

}  // namespace onload_node
