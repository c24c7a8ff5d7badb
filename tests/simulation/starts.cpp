// SPDX-License-Identifier: BSD-2-Clause
#include "starts.hpp"

#include "core/model/paths.hpp"
#include "core/model/sets.hpp"
#include "processes.hpp"
#include "stage/record.hpp"
#include "stage/set_record.hpp"
#include "unit/core/model/observed_fixture.hpp"
#include "unit/run/memory_node.hpp"

#include <map>
#include <utility>

namespace onload_node::simulation {

namespace {

using fixture::booting_node;
using fixture::module;

const std::vector<std::string> in_tree_names = {"ens8f0", "ens8f1"};
const std::vector<std::string> numbered = {"sf0", "sf1"};

/// Udev has bound the in-tree driver and named its ports before we came.
Start bound_by_coldplug() {
    return {"in-tree bound", Config(), booting_node(), {{"ens8f0"}, {"ens8f1"}}, in_tree_names};
}

Start sequential() {
    Start start = bound_by_coldplug();
    start.name = "sequential names";
    start.config.names.policy = NamePolicy::sequential;
    start.promised = numbered;
    return start;
}

/// A machine that udev has not got to: no driver, no interface, the event still to come.
Observed before_coldplug() {
    Observed node = booting_node();
    node.loaded.clear();
    node.functions = {fixture::port(0, "", ""), fixture::port(1, "", "")};
    return node;
}

Start not_yet_loaded() {
    Start start = bound_by_coldplug();
    start.name = "in-tree not loaded yet";
    start.node = before_coldplug();
    start.coldplug_pending = true;
    return start;
}

Start not_yet_loaded_sequential() {
    Start start = sequential();
    start.name = "in-tree not loaded yet, sequential names";
    start.node = before_coldplug();
    start.coldplug_pending = true;
    return start;
}

/// What an earlier boot has remembered.
std::string record_on_disk() {
    NameRecord record;
    for (unsigned index = 0; index < 2; ++index) {
        const MacAddress mac{{0x00, 0x0f, 0x53, 0, 0, static_cast<std::uint8_t>(index)}};
        record.push_back({fixture::port_address(index), mac, in_tree_names[index], {}});
    }
    return to_text(record);
}

/// Nothing has to be waited for.
Start remembered() {
    Start start = not_yet_loaded();
    start.name = "in-tree not loaded yet, names remembered";
    start.node.generated_files[std::string(paths::names_file)] = record_on_disk();
    return start;
}

/// The in-tree driver is loaded and has not taken a port yet.
Start in_its_init() {
    Start start = remembered();
    start.name = "in-tree in its init, names remembered";
    const auto ports = start.node.functions;
    const auto files = start.node.generated_files;
    start.node = booting_node();
    start.node.functions = ports;
    start.node.generated_files = files;
    return start;
}

/// The in-tree driver names by slot; the names go with the cards.
Start cards_moved() {
    Start start = bound_by_coldplug();
    start.name = "the cards have changed places";
    start.node.generated_files[std::string(paths::names_file)] = record_on_disk();
    auto& first = start.node.functions[0].interfaces.front();
    auto& second = start.node.functions[1].interfaces.front();
    std::swap(first.mac, second.mac);
    std::swap(first.permanent_mac, second.permanent_mac);
    start.cards_exchanged = true;
    start.promised = {"ens8f1", "ens8f0"};
    return start;
}

/// Its in-tree driver has refused the second port, and the staged one does, too.
Start one_port_dead() {
    Start start = bound_by_coldplug();
    start.name = "one port is dead";
    fixture::kill_second_port(start.node);
    start.one_port_dead = true;
    start.goal = State::degraded;
    return start;
}

/// Somebody else's build of the whole family is in, with names of its own; names are written down.
Start another_build() {
    Start start = bound_by_coldplug();
    start.name = "another build loaded, explicit names";
    start.node.loaded.clear();
    const auto load = [&](const std::string& name, std::vector<ModuleName> holders) {
        LoadedModule loaded =
            fixture::loaded_module(start.node.staged.modules.at(module(name)), std::move(holders));
        loaded.build_id = "07e7" + name;
        start.node.loaded.emplace(module(name), loaded);
    };
    load("sfc", {module("sfc_resource")});
    load("sfc_resource", {module("sfc_char"), module("onload")});
    load("sfc_char", {module("onload")});
    load("onload", {});
    for (const auto* const needed : {"mtd", "mdio"}) {
        start.node.loaded.emplace(
            module(needed),
            fixture::loaded_module(start.node.in_tree.at(module(needed)), {module("sfc")})
        );
    }
    start.node.functions = {fixture::port(0, "ens8f0np0"), fixture::port(1, "ens8f1np1")};
    start.config.names.policy = NamePolicy::explicit_only;
    for (unsigned index = 0; index < 2; ++index) {
        start.config.names.ports.push_back(
            {fixture::port_address(index),
             InterfaceName::parse("data" + std::to_string(index)).value(),
             {"config.toml", index + 1, 1}}
        );
    }
    start.before = {{"ens8f0np0", "ens8f0"}, {"ens8f1np1", "ens8f1"}};
    start.promised = {"data0", "data1"};
    return start;
}

/// The time daemon runs in a pod: chronyd is displaced all the same.
Start no_time_daemon() {
    Start start = bound_by_coldplug();
    start.name = "no time daemon of the node";
    start.config.time.daemon.clear();
    start.node.units.erase("sfptpd.service");
    return start;
}

/// Nothing is kept from running: the clock is left alone.
Start clock_left_alone() {
    Start start = bound_by_coldplug();
    start.name = "clock left alone";
    start.config.time = {"", {}};
    return start;
}

/// An apply long after the boot: chronyd keeps the clock already.
Start chronyd_runs() {
    Start start = sequential();
    start.name = "chronyd runs";
    auto& chronyd = start.node.units.at("chronyd.service");
    chronyd.active_state = "active";
    chronyd.job_pending = false;
    start.live = true;
    return start;
}

/// The node that a fault-free apply leaves.
Observed activated(const Start& start) {
    fixture::MemoryNode node(start.node);
    static_cast<void>(apply(node, start));
    node.boot_goes_on();
    Observed after = node.observed();
    after.generated_files = node.files();
    return after;
}

/// Sfptpd has died for good on an active node; its fallback unit is about to run.
Start time_daemon_failed() {
    Start start = bound_by_coldplug();
    start.name = "time daemon failed";
    start.node = activated(start);
    start.node.units.at("sfptpd.service").active_state = "failed";
    start.goal = State::degraded;
    start.clock_lost = true;
    start.live = true;
    return start;
}

/// The card is pulled out, or given to vfio-pci, while sfptpd keeps the clock.
Start card_gone() {
    Start start = bound_by_coldplug();
    start.name = "card gone";
    start.node = activated(start);
    start.node.functions.clear();
    start.goal = State::idle;
    start.live = true;
    return start;
}

/// An earlier run was killed while it gave the clock back, and the card has gone since.
Start card_gone_chronyd_masked() {
    Start start = card_gone();
    start.name = "card gone, chronyd masked without a marker";
    start.node.generated_files.erase(std::string(paths::time_marker));
    start.node.units.at("sfptpd.service").active_state = "inactive";
    start.node.units.at("chronyd.service").file_state = "masked-runtime";
    start.clock_lost = true;
    return start;
}

/// The unit of sfptpd is taken away from an active node.
Start time_daemon_gone() {
    Start start = time_daemon_failed();
    start.name = "time daemon gone";
    start.node.units.at("sfptpd.service").active_state = "inactive";
    start.node.units.at("sfptpd.service").load_state = "not-found";
    return start;
}

/// Chronyd is disabled, and the only clock there is.
Start time_daemon_failed_chronyd_disabled() {
    Start start = time_daemon_failed();
    start.name = "time daemon failed, chronyd disabled";
    start.node.units.at("chronyd.service").file_state = "disabled";
    return start;
}

/// The fallback has happened, and the time daemon is tried again.
Start time_daemon_retried() {
    Start start = time_daemon_failed();
    start.name = "time daemon retried";
    start.node.generated_files.erase(std::string(paths::time_marker));
    auto& chronyd = start.node.units.at("chronyd.service");
    chronyd.file_state = "enabled";
    chronyd.active_state = "active";
    start.clock = ClockRequest::retry;
    start.goal = State::active;
    start.clock_lost = false;
    return start;
}

/// The driver is on and the names are there: nothing but the clock is left to do.
Start clock_to_take() {
    Start start = bound_by_coldplug();
    const auto units = start.node.units;
    start.node = activated(start);
    start.node.generated_files.erase(std::string(paths::time_marker));
    start.node.units = units;
    return start;
}

/// The documented way to disable chronyd ships a unit in /etc, which outranks a mask in /run.
Start chronyd_in_etc() {
    Start start = clock_to_take();
    start.name = "chronyd in /etc";
    start.node.units.at("chronyd.service").fragment = "/etc/systemd/system/chronyd.service";
    return start;
}

Start masked_always() {
    Start start = clock_to_take();
    start.name = "chronyd masked always";
    start.node.network_started = true;
    start.config.time.mask = MaskClock::always;
    return start;
}

Start never_masked() {
    Start start = clock_to_take();
    start.name = "chronyd never masked";
    start.config.time.mask = MaskClock::never;
    return start;
}

/// Nothing is staged: only the names can be given.
Start nothing_staged() {
    Start start = sequential();
    start.name = "nothing staged";
    start.node.staged.present = false;
    start.node.staged.modules.clear();
    start.goal = State::in_tree;
    return start;
}

constexpr const char* broken = "broken";

/// Of a set whose driver does not load.
std::map<ModuleName, ModuleFile> broken_modules() {
    auto modules = booting_node().staged.modules;
    for (auto& [name, file] : modules) {
        file.build_id = broken;
        file.sha256 = broken + file.sha256;
    }
    return modules;
}

const std::string set_before(64, 'a');
const std::string broken_set(64, 'b');

/// The staged set does not load, and the one that was confirmed is kept.
Start set_kept() {
    Start start = bound_by_coldplug();
    start.name = "the set before is kept";
    start.node.staged.modules = broken_modules();
    fixture::MemoryNode disk(start.node);
    StageRecord record;
    record.set(TreeOrigin{fixture::kernel, {}, broken_set});
    static_cast<void>(write_stage_record(disk, record));
    SetRecord sets;
    note_wanted(sets, fixture::kernel, broken_set);
    set_entry(sets, fixture::kernel, set_before).confirmed = "2026-12-01T00:00:00Z";
    static_cast<void>(write_set_record(disk, sets));
    start.node.generated_files = disk.files();
    start.set_before = true;
    start.goal = State::degraded;
    return start;
}

}  // namespace

void keep_sets(fixture::MemoryNode& node) {
    node.keep_set(set_before, booting_node().staged.modules);
    node.keep_set(broken_set, broken_modules());
    node.break_build(broken);
}

std::vector<Start> starts() {
    return {
        bound_by_coldplug(),
        sequential(),
        not_yet_loaded(),
        not_yet_loaded_sequential(),
        remembered(),
        in_its_init(),
        cards_moved(),
        another_build(),
        no_time_daemon(),
        clock_left_alone(),
        chronyd_runs(),
        time_daemon_failed(),
        card_gone(),
        card_gone_chronyd_masked(),
        time_daemon_gone(),
        time_daemon_failed_chronyd_disabled(),
        time_daemon_retried(),
        chronyd_in_etc(),
        masked_always(),
        never_masked(),
        nothing_staged(),
        one_port_dead(),
        set_kept(),
    };
}

}  // namespace onload_node::simulation
