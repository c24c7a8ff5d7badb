// SPDX-License-Identifier: BSD-2-Clause
#include "app/inspect/timeline.hpp"

#include "app/inspect/inspect_commands.hpp"
#include "app/output/terminal.hpp"
#include "base/text.hpp"
#include "core/model/exit_status.hpp"
#include "core/model/paths.hpp"
#include "core/model/units.hpp"
#include "run/records.hpp"
#include "system/files/files.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace onload_node {

namespace {

/// What we wait for, what waits for us, and what a node is there for.
constexpr std::string_view neighbours[] = {
    units::network_pre,
    units::self,
    units::udevd,
    "systemd-udev-trigger.service",
    "systemd-modules-load.service",
    "systemd-sysctl.service",
    "local-fs.target",
    "NetworkManager.service",
    "systemd-networkd.service",
    "ovs-configuration.service",
    "network-online.target",
    "sfptpd.service",
    "chronyd.service",
    "crio.service",
    "kubelet.service",
    "onload-node-confirm.service",
};

/// Adds a unit that this node has and that is not among them yet. False if PID 1 does not tell.
bool add(const std::string& name, SystemdUnits& manager, TimelineFacts& facts) {
    auto times = manager.times(name);
    if (!times) {
        facts.units_problem = times.error().message;
        return false;
    }
    if (times->load_state == "loaded" &&
        std::ranges::find(facts.units, times->id, &UnitTimes::id) == facts.units.end()) {
        facts.units.push_back(std::move(*times));
    }
    return true;
}

/// The neighbours, and whatever else network-pre.target waits for.
void ask(TimelineFacts& facts) {
    SystemdUnits manager;
    for (const auto name : neighbours) {
        if (!add(std::string(name), manager, facts)) {
            return;
        }
    }
    if (facts.units.empty() || facts.units.front().id != units::network_pre) {
        return;
    }
    const auto others = facts.units.front().after;
    std::ranges::all_of(others, [&](const std::string& name) { return add(name, manager, facts); });
}

}  // namespace

Result<int> timeline(const Command& command) {
    const SystemFiles files;
    TimelineFacts facts;
    facts.boot_id = first_line(files.read(paths::boot_id).value_or(""));
    facts.record = read_run_record(files);
    ask(facts);
    const auto shown = make_timeline(facts);
    if (shown.units.empty() && shown.steps.empty()) {
        return failure(
            ErrorCode::not_found, compose("nothing is known of this boot: {}", shown.notes.front())
        );
    }
    print(command.json ? timeline_json(shown) : timeline_text(shown, text_width()));
    return exit_status::ok;
}

}  // namespace onload_node
