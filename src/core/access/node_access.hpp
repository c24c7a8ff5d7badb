// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/plan.hpp"
#include "core/model/step.hpp"
#include "core/model/symbols.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// What the executor needs of a node. Each port is implemented once by an adapter in system/ and
/// once by the in-memory node of the tests. Ports do not log: they return.
namespace onload_node {

class Files {
public:
    virtual ~Files() = default;

    /// The content, or ErrorCode::not_found.
    [[nodiscard]] virtual Result<std::string> read(const std::string& path) const = 0;

    /// Replaces or creates the file in one step, mode 0644, parents made: after a crash either the
    /// old or the new content is there.
    [[nodiscard]] virtual Result<void>
    write(const std::string& path, const std::string& content) = 0;

    /// A file that is not there is a success.
    [[nodiscard]] virtual Result<void> remove(const std::string& path) = 0;

    /// Names of the entries of a directory, sorted; empty when there is no such directory.
    [[nodiscard]] virtual std::vector<std::string> list(const std::string& directory) const = 0;

    [[nodiscard]] virtual bool exists(const std::string& path) const = 0;

    /// True for a regular file that somebody may execute.
    [[nodiscard]] virtual bool executable(const std::string& path) const = 0;
};

class Modules {
public:
    virtual ~Modules() = default;

    /// The module as it is in the kernel now, or nothing.
    [[nodiscard]] virtual std::optional<LoadedModule> loaded(const ModuleName& name) const = 0;

    /// Loads exactly what the step says. ErrorCode::mismatch: the file is no longer the one that
    /// was verified (nothing loaded). ErrorCode::exists: a module of that name is in the kernel
    /// already. ErrorCode::hung: its init had not come back at the limit, or broke the kernel.
    [[nodiscard]] virtual Result<void> load(const LoadModule& step, Milliseconds limit) = 0;

    /// Removes the module, trying again until `limit` while it is busy. Absent is a success.
    /// ErrorCode::busy names the users.
    [[nodiscard]] virtual Result<void> unload(const ModuleName& name, Milliseconds limit) = 0;
};

/// How one awaited port came out.
struct PortOutcome {
    PciAddress address;
    std::string driver;                   ///< bound driver, empty when none
    std::vector<std::string> interfaces;  ///< names, of those udev has finished with
};

class Devices {
public:
    virtual ~Devices() = default;

    /// Returns when every port has a driver and an interface that udev has finished with (and,
    /// where one is expected, the right name), or when the limit has passed; never an error for a
    /// port that is not ready: the outcome says what is there.
    [[nodiscard]] virtual Result<std::vector<PortOutcome>>
    await(const std::vector<PortExpectation>& ports, Milliseconds limit) = 0;

    /// Sends a synthetic "add" for each interface of the function.
    [[nodiscard]] virtual Result<void> trigger_interfaces(const PciAddress& address) = 0;
};

/// Which driver may have, and has, a PCI function.
class Drivers {
public:
    virtual ~Drivers() = default;

    /// Keeps all drivers from the functions, by their driver_override.
    [[nodiscard]] virtual Result<void> hold(const std::vector<PciAddress>& functions) = 0;

    /// Ends a hold; a driver_override of somebody else stays. A function that is gone is a success.
    [[nodiscard]] virtual Result<void> release(const std::vector<PciAddress>& functions) = 0;

    /// Ends the hold of each function and binds it to a driver of the modules, all at the same
    /// time. The error names every function that no driver took, and why. ErrorCode::hung: a probe
    /// had not come back at the limit, or broke the kernel.
    [[nodiscard]] virtual Result<void> bind(
        const std::vector<PciAddress>& functions,
        const std::vector<ModuleName>& modules,
        Milliseconds limit
    ) = 0;
};

/// The kernel itself.
class Kernel {
public:
    virtual ~Kernel() = default;

    /// Sets a sysctl by its name ("kernel.panic"); with `only_over`, only where that is its value.
    [[nodiscard]] virtual Result<void>
    set(const std::string& name, const std::string& value, const std::string& only_over) = 0;

    /// Resets the machine, without asking anybody: an orderly reboot would wait for what hangs.
    /// What has been written is on the disk before. Returns only when it could not.
    [[nodiscard]] virtual Result<void> restart() = 0;
};

class Units {
public:
    virtual ~Units() = default;

    [[nodiscard]] virtual Result<UnitState> state(const std::string& name) = 0;

    /// Masks in /run; PID 1 is not asked to reload (that costs over a second in early boot).
    [[nodiscard]] virtual Result<void> mask(const std::string& id) = 0;

    /// Unmasks, and has PID 1 reload only if it holds the unit as masked.
    [[nodiscard]] virtual Result<void> unmask(const std::string& id) = 0;

    /// Stops and waits until the job is done or `limit` has passed.
    [[nodiscard]] virtual Result<void> stop(const std::string& id, Milliseconds limit) = 0;

    /// Queues the start and returns.
    [[nodiscard]] virtual Result<void> start(const std::string& id) = 0;

    /// Queues a run from the beginning, also of a unit that runs: a start would be taken for done
    /// by the run that is under way. Returns at once.
    [[nodiscard]] virtual Result<void> restart(const std::string& id) = 0;

    /// Has the platform's rm remove a file when the machine shuts down, by a transient unit of this
    /// name: it belongs to PID 1 alone, so that no file of ours has to be there by then. One that
    /// runs already is a success. Does not wait.
    [[nodiscard]] virtual Result<void>
    remove_at_shutdown(const std::string& unit, const std::string& path) = 0;

    /// Sends SIGHUP to udevd through PID 1: udevd reads its files before the next event.
    [[nodiscard]] virtual Result<void> reload_udev() = 0;
};

/// Is told what happens; the journal, the terminal and systemd's STATUS line are behind it.
class Progress {
public:
    virtual ~Progress() = default;
    virtual void starting(const PlannedStep& step) = 0;
    virtual void done(const PlannedStep& step, Milliseconds duration) = 0;
    virtual void failed(const PlannedStep& step, const Error& error) = 0;
    /// A step is being taken back, because of an earlier failure or at somebody's wish.
    virtual void undoing(const Step& inverse) = 0;
    virtual void undo_failed(const Step& inverse, const Error& error) = 0;
    /// Anything else an administrator should read.
    virtual void notice(const std::string& text) = 0;
};

/// The ports through which a node is changed; does not own them.
struct NodeAccess {
    Files& files;
    Modules& modules;
    Devices& devices;
    Drivers& drivers;
    Kernel& kernel;
    Units& units;
    Progress& progress;
};

/// What the machine says of itself.
struct HostFacts {
    std::string kernel;  ///< uname -r
    std::string boot_id;
    std::string command_line;  ///< of the kernel
    bool privileged = false;   ///< effective user is root
};

class Host {
public:
    virtual ~Host() = default;
    [[nodiscard]] virtual Result<HostFacts> facts() const = 0;
};

/// A PCI network function of any vendor, as found.
struct DiscoveredFunction {
    NetworkFunction function;
    std::string modalias;  ///< what module aliases are matched against
};

/// Interface and alternative name, for each alternative name that there is.
using AlternativeNames = std::vector<std::pair<std::string, std::string>>;

class Hardware {
public:
    virtual ~Hardware() = default;

    /// Every PCI function of the Ethernet class, with its interfaces, by address.
    [[nodiscard]] virtual Result<std::vector<DiscoveredFunction>> network_functions() const = 0;

    /// The model by pci.ids, which is worth a look-up only for functions that are ours.
    [[nodiscard]] virtual std::string model(const NetworkFunction& function) const = 0;

    /// What `nics` shows beside what everybody needs; asks the card itself.
    [[nodiscard]] virtual FunctionDetails details(const NetworkFunction& function) const = 0;

    [[nodiscard]] virtual Result<AlternativeNames> alternative_names() const = 0;

    /// Names of all network interfaces of the machine, physical or not.
    [[nodiscard]] virtual Result<std::vector<std::string>> interface_names() const = 0;
};

/// One directory of modules with its depmod index: a staged tree or the kernel's own.
class ModuleTree {
public:
    virtual ~ModuleTree() = default;

    /// The directory with modules.dep: "/opt/lib/modules/5.14.0-427.el9.x86_64".
    [[nodiscard]] virtual const std::string& directory() const = 0;

    /// True when the directory and its modules.dep are there.
    [[nodiscard]] virtual bool present() const = 0;

    /// Where the module lies, from modules.dep; nothing when the index does not list it.
    [[nodiscard]] virtual std::optional<std::string> find(const ModuleName& name) const = 0;

    /// True when the module is part of the kernel image (modules.builtin).
    [[nodiscard]] virtual bool builtin(const ModuleName& name) const = 0;

    /// Names of the modules whose aliases (modules.alias) match.
    [[nodiscard]] virtual std::vector<ModuleName> claiming(const std::string& modalias) const = 0;

    /// Reads the file: what the module says of itself and, for `Origin::out_of_tree` only, the
    /// digest of the bytes as they lie there, its symbols and its signature. A file that cannot be
    /// used comes back with `problem` set.
    [[nodiscard]] virtual ModuleFile
    read(const ModuleName& name, const std::string& path, Origin origin) const = 0;
};

/// Opens module trees.
class ModuleTrees {
public:
    virtual ~ModuleTrees() = default;

    /// The tree TREE/lib/modules/KERNEL; "" as the tree is the kernel's own.
    [[nodiscard]] virtual std::unique_ptr<ModuleTree>
    open(const std::string& tree, const std::string& kernel) const = 0;

    /// The symbols named in `wanted`, from the symvers of a kernel; `path` is empty when it has
    /// none.
    [[nodiscard]] virtual KernelSymbols
    kernel_symbols(const std::string& kernel, const Symbols& wanted) const = 0;

    /// Kernels that have a directory below TREE/lib/modules, sorted.
    [[nodiscard]] virtual std::vector<std::string> kernels(const std::string& tree) const = 0;
};

/// The ports through which a node is looked at; does not own them.
struct Sensors {
    const Host& host;
    const Hardware& hardware;
    const ModuleTrees& trees;
    const Modules& modules;
    const Files& files;
    Units& units;
};

}  // namespace onload_node
