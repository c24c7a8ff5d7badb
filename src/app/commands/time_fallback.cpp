// SPDX-License-Identifier: BSD-2-Clause
#include "app/commands/commands.hpp"
#include "app/config/config_file.hpp"
#include "app/session/session.hpp"

namespace onload_node {

/// Acts only on the clock; the rest of the plan waits for the next boot.
Result<int> time_fallback(const Command& command) {
    const auto session = TRY(Session::open("time-fallback"));
    const Config config = config_or_default(command);
    NodeRun run = session->run(config);
    TRY(run.look());
    return session->tell_taken_back(config, run, run.act_on_clock());
}

}  // namespace onload_node
