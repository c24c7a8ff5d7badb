// SPDX-License-Identifier: BSD-2-Clause
#include "app/commands/commands.hpp"
#include "app/session/publish.hpp"
#include "app/session/session.hpp"
#include "core/model/paths.hpp"
#include "core/reporting/judgement.hpp"
#include "run/guard.hpp"
#include "run/observe.hpp"

#include <thread>

namespace onload_node {

namespace {

/// The guard counts this boot as dead as long as nobody says otherwise.
bool armed(const Observed& observed) {
    return observed.guard && observed.guard->boot_id == observed.boot_id;
}

Result<int> ended_in_order() {
    auto session = TRY(Session::open("confirm"));
    const auto facts = TRY(session.node->sensors().host.facts());
    const auto disarmed = disarm_guard(session.node->access().files, facts.boot_id);
    return disarmed ? Result<int>(0) : tl::unexpected(disarmed.error());
}

/// True when there is something to confirm. A guard that nobody can read is not.
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
    const auto waiting = guard_armed();
    if (!waiting || !*waiting) {
        return waiting ? Result<int>(0) : tl::unexpected(waiting.error());
    }
    // Without the lock: whoever changes the node meanwhile is judged with it.
    std::this_thread::sleep_for(config.guard.settle);
    auto session = TRY(Session::open("confirm"));
    Node& node = *session.node;
    auto observed = TRY(observe(config, node.sensors()));
    const std::string complaint = port_complaint(config, observed);
    if (!complaint.empty()) {
        node.access().progress.notice("this boot is not confirmed as good: " + complaint);
        return 1;
    }
    if (armed(observed)) {
        TRY(node.access().files.remove(std::string(paths::guard_file)));
        read_guard(observed, node.sensors().files);
        node.access().progress.notice("this boot is confirmed as good");
    }
    publish(report_now(config, observed, node.sensors().files), config.publish, node);
    return 0;
}

Result<int> reset(const Command& command) {
    auto session = TRY(Session::open("reset"));
    Node& node = *session.node;
    TRY(node.access().files.remove(std::string(paths::guard_file)));
    const Config config = config_or_default(command);
    const auto observed = TRY(observe(config, node.sensors()));
    node.access().progress.notice("the boot guard is reset: the next boot tries the staged driver");
    publish(report_now(config, observed, node.sensors().files), config.publish, node);
    return 0;
}

}  // namespace onload_node
