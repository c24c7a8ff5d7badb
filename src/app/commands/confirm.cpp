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
    auto session = Session::open("confirm");
    if (!session) {
        return tl::unexpected(session.error());
    }
    const auto facts = session->node->sensors().host.facts();
    if (!facts) {
        return tl::unexpected(facts.error());
    }
    const auto disarmed = disarm_guard(session->node->access().files, facts->boot_id);
    return disarmed ? Result<int>(0) : tl::unexpected(disarmed.error());
}

/// True when there is something to confirm. A guard that nobody can read is not.
Result<bool> guard_armed() {
    Node node;
    const auto facts = node.sensors().host.facts();
    if (!facts) {
        return tl::unexpected(facts.error());
    }
    Observed observed;
    observed.boot_id = facts->boot_id;
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
    auto session = Session::open("confirm");
    if (!session) {
        return tl::unexpected(session.error());
    }
    Node& node = *session->node;
    auto observed = observe(config, node.sensors());
    if (!observed) {
        return tl::unexpected(observed.error());
    }
    const std::string complaint = port_complaint(config, *observed);
    if (!complaint.empty()) {
        node.access().progress.notice("this boot is not confirmed as good: " + complaint);
        return 1;
    }
    if (armed(*observed)) {
        if (auto removed = node.access().files.remove(std::string(paths::guard_file)); !removed) {
            return tl::unexpected(removed.error());
        }
        read_guard(*observed, node.sensors().files);
        node.access().progress.notice("this boot is confirmed as good");
    }
    publish(report_now(config, *observed, node.sensors().files), config.publish, node);
    return 0;
}

Result<int> reset(const Command& command) {
    auto session = Session::open("reset");
    if (!session) {
        return tl::unexpected(session.error());
    }
    Node& node = *session->node;
    if (auto removed = node.access().files.remove(std::string(paths::guard_file)); !removed) {
        return tl::unexpected(removed.error());
    }
    const Config config = config_or_default(command);
    const auto observed = observe(config, node.sensors());
    if (!observed) {
        return tl::unexpected(observed.error());
    }
    node.access().progress.notice("the boot guard is reset: the next boot tries the staged driver");
    publish(report_now(config, *observed, node.sensors().files), config.publish, node);
    return 0;
}

}  // namespace onload_node
