// SPDX-License-Identifier: BSD-2-Clause
#include "app/commands/commands.hpp"
#include "app/config/config_file.hpp"
#include "app/session/session.hpp"

namespace onload_node {

/// The unit runs this after its main process has ended. Does nothing unless that was killed midway.
Result<int> recover(const Command& command) {
    const auto session = TRY(Session::open("recover"));
    if (!session->interrupted()) {
        return 0;
    }
    const Config config = config_or_default(command);
    NodeRun run = session->run(config);
    const auto left = run.finish_interrupted(
        command.live, "the run was cut short: taking back what it had begun"
    );
    return left ? session->tell_taken_back(config, run, *left) : Result<int>(1);
}

}  // namespace onload_node
