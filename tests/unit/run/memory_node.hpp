// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace onload_node::fixture {

/// The module that drives the cards.
[[nodiscard]] inline ModuleName sfc() {
    return ModuleName::parse("sfc").value();
}

/// What becomes of one call that would change the node.
enum class Fate {
    done,
    refused,      ///< nothing changes, the caller is told of a failure
    answer_lost,  ///< it takes effect, and the caller is told of a failure all the same
    killed,       ///< SIGKILL before it: neither this call nor any later one of the process happens
};

/// Fixture: a node in memory behind the same ports as the real one. It starts as an Observed says
/// and can be observed again; any call that changes it can be made to fail. It keeps what a node
/// keeps: one driver per port, names by the files that udevd has read, one state per unit.
///
/// A process that was killed is driven to its end against a node that refuses everything: whatever
/// it still does happens in its own memory, which is lost. That a call took effect although the
/// killed caller never learnt of it is the kill before the next call: the node looks the same.
class MemoryNode final : public Files,
                         public Modules,
                         public Devices,
                         public Drivers,
                         public Kernel,
                         public Units,
                         public Progress {
public:
    explicit MemoryNode(Observed start);

    [[nodiscard]] NodeAccess access() { return {*this, *this, *this, *this, *this, *this, *this}; }

    /// The node as it is now.
    [[nodiscard]] Observed observed() const;

    /// Decides the fate of the call number `call` (from 0, those that change something).
    void decide(int call, Fate fate) { fates_[call] = fate; }

    void fail_call(int call) { decide(call, Fate::refused); }

    [[nodiscard]] int calls() const { return static_cast<int>(calls_.size()); }

    /// What the calls of this process were.
    [[nodiscard]] const std::vector<std::string>& call_texts() const { return calls_; }

    [[nodiscard]] bool killed() const { return killed_; }

    /// Another process begins: calls are counted from 0 again, and nothing is decided about them.
    void next_process();

    /// Udev has the event of a card still to handle, and gets to it before the call number `call`,
    /// or when somebody waits, or when the boot goes on.
    void coldplug_before(int call) { coldplug_ = call; }

    /// The activation has ended: udev handles what is left, and PID 1 runs the queued jobs.
    void boot_goes_on();

    /// The power is cut and comes back: what lies on the disk is all that is left.
    void power_cycle();

    /// Everything that a later process could see, as text: equal texts, equal futures.
    [[nodiscard]] std::string state_text() const;

    /// Lets udev put the in-tree driver back right after it was unloaded, this many times.
    void reload_in_tree(int times) { in_tree_reloads_ = times; }

    /// The two cards have changed places since the node ran last.
    void exchange_cards() { exchanged_ = true; }

    /// The out-of-tree driver hangs in its probe of this port.
    void hang_on(const PciAddress& address) { hanging_port_ = address; }

    /// No driver takes this port.
    void kill_port(const PciAddress& address) { dead_port_ = address; }

    /// The exit of this build of sfc hangs.
    void hang_in_exit(Origin origin) { hanging_exit_ = origin; }

    /// True once the node has been told to reset.
    [[nodiscard]] bool restarted() const { return restarted_; }

    /// The out-of-tree driver finds no hardware on this port.
    void break_port(const PciAddress& address) { broken_port_ = address; }

    /// Somebody has a device of this module open.
    void keep_in_use(const ModuleName& name) { in_use_.insert(name); }

    /// Keeps a set with these modules beside the staged one. The records of sets are files like any
    /// others.
    void keep_set(const std::string& digest, std::map<ModuleName, ModuleFile> modules) {
        kept_sets_[digest] = std::move(modules);
    }

    /// Puts a kept set in place, in two steps: killed between them, it is only half there.
    [[nodiscard]] Result<void> put_set(const std::string& digest);

    /// The init of all modules of this build fails.
    void break_build(const std::string& build_id) { broken_builds_.insert(build_id); }

    /// The init of each staged module fails that is given this value.
    void refuse_parameter(const std::string& name, const std::string& value) {
        refused_parameters_.emplace(name, value);
    }

    /// The init of the staged module of this name fails.
    void fail_init_of(const ModuleName& name) { failing_init_.insert(name); }

    [[nodiscard]] const std::map<std::string, std::string>& files() const { return files_; }

    [[nodiscard]] const std::vector<std::string>& history() const { return history_; }

    /// The interfaces of all ports, by address, joined by blanks; "-" for a port without one.
    [[nodiscard]] std::string interfaces() const;

    /// Ids of the units that run.
    [[nodiscard]] std::string running() const;

    // Files
    [[nodiscard]] Result<std::string> read(std::string_view path) const override;
    [[nodiscard]] Result<void> write(std::string_view path, const std::string& content) override;
    [[nodiscard]] Result<void> remove(std::string_view path) override;
    [[nodiscard]] std::vector<std::string> list(std::string_view directory) const override;
    [[nodiscard]] bool exists(std::string_view path) const override;
    [[nodiscard]] bool executable(std::string_view path) const override;

    [[nodiscard]] std::string link_target(std::string_view /*path*/) const override { return {}; }

    // Modules
    [[nodiscard]] std::optional<LoadedModule> loaded(const ModuleName& name) const override;
    [[nodiscard]] Result<void> load(const LoadModule& step, Milliseconds limit) override;
    [[nodiscard]] Result<void>
    unload(const ModuleName& name, Milliseconds limit, Milliseconds longest_removal) override;

    // Devices
    [[nodiscard]] Result<std::vector<PortOutcome>>
    await(const std::vector<PortExpectation>& ports, Milliseconds limit) override;
    [[nodiscard]] Result<void> trigger_interfaces(const PciAddress& address) override;

    // Drivers
    [[nodiscard]] Result<void> hold(const std::vector<PciAddress>& functions) override;
    [[nodiscard]] Result<void> release(const std::vector<PciAddress>& functions) override;
    [[nodiscard]] Result<void> bind(
        const std::vector<PciAddress>& functions,
        const std::vector<ModuleName>& modules,
        Milliseconds limit
    ) override;

    // Kernel
    [[nodiscard]] Result<void>
    set(const std::string& name, const std::string& value, const std::string& only_over) override;
    [[nodiscard]] Result<void> restart() override;

    // Units
    [[nodiscard]] Result<UnitState> state(const std::string& name) override;
    [[nodiscard]] Result<void> mask(const std::string& id) override;
    [[nodiscard]] Result<void> unmask(const std::string& id) override;
    [[nodiscard]] Result<void> stop(const std::string& id, Milliseconds limit) override;
    [[nodiscard]] Result<void> start(const std::string& id) override;
    [[nodiscard]] Result<void> restart(const std::string& id) override;
    [[nodiscard]] Result<void>
    remove_at_shutdown(const std::string& unit, const std::string& path) override;

    [[nodiscard]] Result<void> set_description(const std::string&, const std::string&) override {
        return {};
    }

    [[nodiscard]] Result<void> reload_udev() override;

    // Progress
    void beginning(const Phase&) override {}

    void starting(const PlannedStep&) override {}

    void done(const PlannedStep&, Milliseconds) override {}

    void failed(const PlannedStep& step, const Error& error) override;
    void undoing(const Step& inverse) override;
    void undo_failed(const Step& inverse, const Error& error) override;
    void notice(const std::string& text) override;

    void detail(const std::string&) override {}

    void concluding(State state, ReasonCode code, const std::string& text) override;

private:
    using Effect = std::function<Result<void>()>;

    /// Counts a call that changes something and lets it have its fate.
    Result<void> change(const std::string& what, const Effect& effect);
    Result<void> insert_file(const LoadModule& step);
    Result<void> take_out(const ModuleName& name);
    void handle_coldplug();
    void load_in_tree_driver();
    [[nodiscard]] bool autoload_blocked() const;
    /// The start of this unit is skipped: masked, or held back by its drop-in.
    [[nodiscard]] bool held_back(const UnitState& unit) const;
    void run_start(UnitState& unit);
    [[nodiscard]] const ModuleFile* file_of(const LoadModule& step) const;
    void insert(const ModuleFile& file);
    void bind_ports();
    Result<void> bind_one_by_one(
        const std::vector<PciAddress>& functions, const std::vector<ModuleName>& modules
    );
    void give_interface(NetworkFunction& function);
    [[nodiscard]] NetworkFunction* function_at(const PciAddress& address);
    [[nodiscard]] MacAddress mac_of(const NetworkFunction& function) const;
    [[nodiscard]] std::string name_for(const NetworkFunction& function) const;
    [[nodiscard]] UnitState* unit(const std::string& id);
    [[nodiscard]] std::string unmasked_state(const std::string& id) const;

    Observed start_;
    Observed node_;
    std::map<std::string, std::string> files_;
    std::map<std::string, std::string> known_to_udev_;  ///< the files as udevd has read them
    std::vector<std::string> history_;
    std::optional<PciAddress> broken_port_;
    std::optional<PciAddress> hanging_port_;
    std::optional<PciAddress> dead_port_;
    std::optional<Origin> hanging_exit_;
    std::set<ModuleName> in_use_;
    std::set<ModuleName> failing_init_;
    std::map<std::string, std::map<ModuleName, ModuleFile>> kept_sets_;
    std::set<std::string> broken_builds_;
    std::set<std::pair<std::string, std::string>> refused_parameters_;
    bool restarted_ = false;
    std::optional<int> coldplug_;
    std::map<int, Fate> fates_;
    std::vector<std::string> calls_;
    bool killed_ = false;
    bool exchanged_ = false;
    int in_tree_reloads_ = 0;
};

/// How a run looks at a node in memory, which must outlive it.
[[nodiscard]] inline auto look_at(const MemoryNode& node) {
    return [&node](Observed& observed) {
        observed = node.observed();
        return Result<void>();
    };
}

}  // namespace onload_node::fixture
