// SPDX-License-Identifier: BSD-2-Clause
#include "app/commands/commands.hpp"
#include "app/config/config_file.hpp"
#include "app/session/session.hpp"
#include "run/observe.hpp"

namespace onload_node {

/// Only what its condition holds back as well: anything else would be free to start.
Result<int> time_unmask(const Command& command) {
    const Config config = config_or_default(command);
    if (config.time.mask != MaskClock::boot) {
        return 0;
    }
    const auto session = TRY(Session::open("time-unmask"));
    Observed observed;
    TRY(look_at_clock(observed, config, session->node().sensors()));
    for (const auto& name : config.time.displace) {
        const auto found = observed.units.find(name);
        if (found != observed.units.end() && found->second.heeds_marker &&
            found->second.file_state == "masked-runtime") {
            TRY(session->node().access().units.unmask(found->second.id));
        }
    }
    return 0;
}

}  // namespace onload_node
