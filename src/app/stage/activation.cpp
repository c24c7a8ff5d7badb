// SPDX-License-Identifier: BSD-2-Clause
#include "app/stage/stage_parts.hpp"
#include "base/text.hpp"
#include "core/model/links.hpp"
#include "core/model/units.hpp"
#include "run/observe.hpp"
#include "system/processes/programs.hpp"

#include <cstdio>
#include <string>

#include <unistd.h>

namespace onload_node {

namespace {

/// Longer than the timeout of the unit that runs `apply`.
constexpr Milliseconds apply_limit = std::chrono::minutes(11);

/// The first port that carries a default route of the node; empty if none does.
std::string port_with_default_route(const Observed& observed) {
    for (const auto& function : observed.functions) {
        for (const auto& interface : function.interfaces) {
            if (carries_default_route(observed.links, interface.name)) {
                return interface.name;
            }
        }
    }
    return "";
}

}  // namespace

Result<void> activate_now(const Config& config, const Sensors& sensors, Programs& programs) {
    Observed observed;
    TRY(look(observed, config, sensors));
    TRY(observe_links(observed, sensors));
    const auto busy = port_with_default_route(observed);
    if (!busy.empty()) {
        std::printf(
            "not activated now: the node's default route runs over %s; the next boot activates\n",
            busy.c_str()
        );
        return {};
    }
    // A unit of its own, which takes back what was begun if that is cut short.
    const auto end = programs.run({"systemctl", "start", std::string(units::live)}, apply_limit);
    if (!end) {
        return failure("cannot activate what is staged", end.error());
    }
    if (end->status != 0) {
        return failure(
            ErrorCode::io,
            compose(
                "what is staged could not be activated; journalctl -u {} says why: {}",
                units::live,
                end->complaint
            )
        );
    }
    std::puts("activated; onload-node status tells the state");
    return {};
}

}  // namespace onload_node
