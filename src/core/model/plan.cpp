// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/plan.hpp"

namespace onload_node {

std::string_view to_string(PhaseName name) {
    switch (name) {
    case PhaseName::names:
        return "names";
    case PhaseName::driver:
        return "driver";
    case PhaseName::onload:
        return "onload";
    case PhaseName::time:
        return "time";
    }
    return "unknown";
}

}  // namespace onload_node
