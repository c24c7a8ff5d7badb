// SPDX-License-Identifier: BSD-2-Clause
#include "app/commands/commands.hpp"
#include "app/config/config_file.hpp"
#include "app/session/session.hpp"
#include "core/model/paths.hpp"
#include "run/previous_set.hpp"

namespace onload_node {

Result<int> reset(const Command& command) {
    const auto session = TRY(Session::open("reset"));
    TRY(session->files().remove(paths::guard_file));
    TRY(session->files().remove(paths::reach_file));
    if (const auto forgiven = forgive_sets(session->files()); !forgiven) {
        session->say("what was known of kept sets is forgotten: " + forgiven.error().message);
        TRY(session->files().remove(paths::sets_file));
    }
    const Config config = config_or_default(command);
    NodeRun run = session->run(config);
    TRY(run.look());
    session->say("the boot guard is reset: the next boot tries the staged driver");
    session->tell(config, run.observed(), Telling::always);
    return 0;
}

}  // namespace onload_node
