// SPDX-License-Identifier: BSD-2-Clause
#include "app/commands/commands.hpp"
#include "app/config/config_file.hpp"
#include "app/session/session.hpp"
#include "base/text.hpp"
#include "core/model/managed_functions.hpp"
#include "core/model/paths.hpp"

namespace onload_node {

Result<int> revert(const Command& command) {
    const auto session = TRY(Session::open("revert"));
    const Config config = config_or_default(command);
    NodeRun run = session->run(config);
    TRY(run.look());
    if (!command.live && network_in_use(config, run.observed())) {
        return failure(
            ErrorCode::busy,
            "pending reboot: the network is up and going back would cut it off; --live does it all "
            "the same"
        );
    }
    // A node that waits for its disk may not come to the way back's end. Allowing the network to be
    // cut off does not mean this.
    const auto storage = storage_over_ports(config, run.observed());
    if (run.has_swapped_driver() && !storage.empty()) {
        return failure(
            ErrorCode::busy,
            compose(
                "{}, and going back would cut it off: unmount it first, or remove the "
                "MachineConfig, which goes back by a reboot",
                storage.front().complaint
            )
        );
    }
    const auto left = run.take_back_everything();
    // Nothing is retried on a node that was reverted.
    TRY(session->files().remove(paths::clock_record));
    return session->tell_taken_back(config, run, left);
}

}  // namespace onload_node
