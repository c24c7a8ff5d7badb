// SPDX-License-Identifier: BSD-2-Clause
#include "app/commands/commands.hpp"
#include "app/config/config_file.hpp"
#include "app/session/session.hpp"
#include "core/model/paths.hpp"
#include "core/reporting/report.hpp"
#include "run/guard.hpp"

#include <thread>

namespace onload_node {

namespace {

/// True if the guard still counts this boot as dead.
bool armed(const Observed& observed) {
    return observed.guard && observed.guard->boot_id == observed.boot_id;
}

Result<int> ended_in_order() {
    const auto session = TRY(Session::open("confirm"));
    const auto facts = TRY(session->node().sensors().host.facts());
    TRY(disarm_guard(session->files(), facts.boot_id));
    return 0;
}

/// True if there is something to confirm. A guard that cannot be read does not count.
Result<bool> guard_armed() {
    Node node;
    const auto facts = TRY(node.sensors().host.facts());
    Observed observed;
    observed.boot_id = facts.boot_id;
    read_guard(observed, node.sensors().files);
    return armed(observed);
}

}  // namespace

Result<int> confirm(const Command& command) {
    if (command.shutdown) {
        return ended_in_order();
    }
    const Config config = config_or_default(command);
    if (const bool waiting = TRY(guard_armed()); !waiting) {
        return 0;
    }
    // Without the lock: changes made in the meantime are judged too.
    std::this_thread::sleep_for(config.guard.settle);
    const auto session = TRY(Session::open("confirm"));
    NodeRun run = session->run(config);
    TRY(run.look());
    const std::string complaint = port_complaint(config, run.observed());
    if (!complaint.empty()) {
        session->say("this boot is not confirmed as good: " + complaint);
        return 1;
    }
    if (armed(run.observed())) {
        TRY(session->files().remove(paths::guard_file));
        TRY(run.look());
        session->say("this boot is confirmed as good");
    }
    session->tell(config, run.observed());
    return 0;
}

}  // namespace onload_node
