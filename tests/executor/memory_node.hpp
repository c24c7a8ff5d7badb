// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/ports.hpp"

#include <map>
#include <string>
#include <vector>

namespace onload_node::fixture {

/// Fixture: a node in memory behind the same ports as the real one. It starts as an Observed says
/// and can be observed again; any call that changes it can be made to fail. It keeps what a node
/// keeps: one driver per port, names by .link file, one state per unit.
class MemoryNode final : public Files,
                         public Modules,
                         public Devices,
                         public Drivers,
                         public Kernel,
                         public Units,
                         public Progress {
public:
    explicit MemoryNode(Observed start);

    [[nodiscard]] Ports ports() { return {*this, *this, *this, *this, *this, *this, *this}; }

    /// The node as it is now.
    [[nodiscard]] Observed observed() const;

    /// Lets the call number `call` (from 0, those that change something) fail.
    void fail_call(int call) { failing_call_ = call; }

    [[nodiscard]] int calls() const { return calls_; }

    /// Lets udev put the in-tree driver back right after it was unloaded, this many times.
    void reload_in_tree(int times) { in_tree_reloads_ = times; }

    /// The out-of-tree driver hangs in its probe of this port.
    void hang_on(const PciAddress& address) { hanging_port_ = address; }

    /// True once the node has been told to reset.
    [[nodiscard]] bool restarted() const { return restarted_; }

    /// The out-of-tree driver finds no hardware on this port.
    void break_port(const PciAddress& address) { broken_port_ = address; }

    [[nodiscard]] const std::map<std::string, std::string>& files() const { return files_; }

    [[nodiscard]] const std::vector<std::string>& history() const { return history_; }

    /// The interfaces of all ports, by address, joined by blanks; "-" for a port without one.
    [[nodiscard]] std::string interfaces() const;

    /// Ids of the units that run.
    [[nodiscard]] std::string running() const;

    // Files
    [[nodiscard]] Result<std::string> read(const std::string& path) const override;
    [[nodiscard]] Result<void> write(const std::string& path, const std::string& content) override;
    [[nodiscard]] Result<void> remove(const std::string& path) override;
    [[nodiscard]] std::vector<std::string> list(const std::string& directory) const override;
    [[nodiscard]] bool exists(const std::string& path) const override;
    [[nodiscard]] bool executable(const std::string& path) const override;

    // Modules
    [[nodiscard]] std::optional<LoadedModule> loaded(const ModuleName& name) const override;
    [[nodiscard]] Result<void> load(const LoadModule& step, Milliseconds limit) override;
    [[nodiscard]] Result<void> unload(const ModuleName& name, Milliseconds limit) override;

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
    [[nodiscard]] Result<void>
    remove_at_shutdown(const std::string& unit, const std::string& path) override;
    [[nodiscard]] Result<void> reload_udev() override;

    // Progress
    void starting(const PlannedStep&) override {}

    void done(const PlannedStep&, Milliseconds) override {}

    void failed(const PlannedStep& step, const Error& error) override;
    void undoing(const Step& inverse) override;
    void undo_failed(const Step& inverse, const Error& error) override;
    void notice(const std::string& text) override;

private:
    /// Counts a call that changes something; the failing one is answered here.
    Result<void> change(const std::string& what);
    [[nodiscard]] const ModuleFile* file_of(const LoadModule& step) const;
    void insert(const ModuleFile& file);
    void bind_ports();
    void give_interface(NetworkFunction& function);
    [[nodiscard]] NetworkFunction* function_at(const PciAddress& address);
    [[nodiscard]] std::string name_for(const NetworkFunction& function) const;
    [[nodiscard]] UnitState* unit(const std::string& id);

    Observed node_;
    std::map<std::string, std::string> files_;
    std::vector<std::string> history_;
    std::optional<PciAddress> broken_port_;
    std::optional<PciAddress> hanging_port_;
    bool restarted_ = false;
    int calls_ = 0;
    int failing_call_ = -1;
    int in_tree_reloads_ = 0;
};

}  // namespace onload_node::fixture
