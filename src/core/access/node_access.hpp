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

/// The ports through which a node is observed and changed. The adapters in system/ implement each
/// port, and so does the tests' in-memory node. Ports return errors; they do not log.
namespace onload_node {

class Files {
public:
    virtual ~Files() = default;

    /// The content, or ErrorCode::not_found.
    [[nodiscard]] virtual Result<std::string> read(std::string_view path) const = 0;

    /// Creates or replaces the file in one step, with mode 0644, and makes missing parent
    /// directories. After a crash it has either the old or the new content.
    [[nodiscard]] virtual Result<void> write(std::string_view path, const std::string& content) = 0;

    /// Succeeds if the file does not exist.
    [[nodiscard]] virtual Result<void> remove(std::string_view path) = 0;

    /// Sorted names of the directory's entries; empty if there is no such directory.
    [[nodiscard]] virtual std::vector<std::string> list(std::string_view directory) const = 0;

    [[nodiscard]] virtual bool exists(std::string_view path) const = 0;

    /// True for a regular file with at least one execute bit.
    [[nodiscard]] virtual bool executable(std::string_view path) const = 0;

    /// Where a symbolic link leads, as it is written; empty for anything else.
    [[nodiscard]] virtual std::string link_target(std::string_view path) const = 0;
};

class Modules {
public:
    virtual ~Modules() = default;

    /// The module as it is in the kernel now; nothing if it is not loaded.
    [[nodiscard]] virtual std::optional<LoadedModule> loaded(const ModuleName& name) const = 0;

    /// Loads exactly what the step says. ErrorCode::mismatch: the file has changed since it was
    /// verified; nothing was loaded. ErrorCode::exists: a module of that name is already loaded.
    /// ErrorCode::hung: its init did not return within the limit, or broke the kernel.
    [[nodiscard]] virtual Result<void> load(const LoadModule& step, Milliseconds limit) = 0;

    /// Unloads the module, retrying until `limit` while it is busy. Succeeds if it is not loaded.
    /// The message of ErrorCode::busy names the users. ErrorCode::hung: its exit, or the removal of
    /// a device, did not return within `longest_removal`, or broke the kernel.
    [[nodiscard]] virtual Result<void>
    unload(const ModuleName& name, Milliseconds limit, Milliseconds longest_removal) = 0;
};

/// What became of one awaited port.
struct PortOutcome {
    PciAddress address;
    std::string driver;                   ///< bound driver, empty when none
    std::vector<std::string> interfaces;  ///< those that udev has finished with
};

class Devices {
public:
    virtual ~Devices() = default;

    /// Waits until every port has a driver and an interface that udev has finished with (under the
    /// expected name, if there is one), or until the limit has passed. A port that is not ready is
    /// no error: the outcome says what is there.
    [[nodiscard]] virtual Result<std::vector<PortOutcome>>
    await(const std::vector<PortExpectation>& ports, Milliseconds limit) = 0;

    /// Sends a synthetic "add" for each interface of the function.
    [[nodiscard]] virtual Result<void> trigger_interfaces(const PciAddress& address) = 0;
};

/// Controls which driver is bound to a PCI function. ErrorCode::hung: the kernel did not answer;
/// something in it, such as a probe, has the device and does not let go of it.
class Drivers {
public:
    virtual ~Drivers() = default;

    /// Keeps all drivers away from the functions by setting their driver_override.
    [[nodiscard]] virtual Result<void> hold(const std::vector<PciAddress>& functions) = 0;

    /// Ends a hold. Leaves a foreign driver_override. Succeeds for a function that is gone.
    [[nodiscard]] virtual Result<void> release(const std::vector<PciAddress>& functions) = 0;

    /// Ends the hold of each function and binds it to a driver of the modules, all functions in
    /// parallel. The error names every function that no driver took, and why. ErrorCode::hung: a
    /// probe did not return within the limit, or broke the kernel.
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

    /// Sets a sysctl by its name ("kernel.panic"); with `only_over`, only if that is its value.
    [[nodiscard]] virtual Result<void>
    set(const std::string& name, const std::string& value, const std::string& only_over) = 0;

    /// Syncs the disks for a limited time and resets the machine at once: an orderly reboot would
    /// wait for what hangs. Returns only on failure.
    [[nodiscard]] virtual Result<void> restart() = 0;
};

class Units {
public:
    virtual ~Units() = default;

    [[nodiscard]] virtual Result<UnitState> state(const std::string& name) = 0;

    /// Masks the unit in /run. Does not make PID 1 reload, which costs over a second in early boot.
    [[nodiscard]] virtual Result<void> mask(const std::string& id) = 0;

    /// Unmasks the unit. Makes PID 1 reload only if it still has the unit as masked.
    [[nodiscard]] virtual Result<void> unmask(const std::string& id) = 0;

    /// Stops the unit and waits until the job is done or `limit` has passed.
    [[nodiscard]] virtual Result<void> stop(const std::string& id, Milliseconds limit) = 0;

    /// Queues the start and returns.
    [[nodiscard]] virtual Result<void> start(const std::string& id) = 0;

    /// Queues a restart and returns. A plain start would do nothing while the unit is running.
    [[nodiscard]] virtual Result<void> restart(const std::string& id) = 0;

    /// Starts a transient unit of this name that has the platform's rm remove a file at shutdown.
    /// The unit exists only in PID 1, so it works even if our own files are gone by then. Succeeds
    /// if it is already running. Does not wait.
    [[nodiscard]] virtual Result<void>
    remove_at_shutdown(const std::string& unit, const std::string& path) = 0;

    /// Has PID 1 show `text` as the description of a unit until the next boot: in `systemctl
    /// status`, also of one that has failed or ended. Does nothing where that is what it shows.
    [[nodiscard]] virtual Result<void>
    set_description(const std::string& unit, const std::string& text) = 0;

    /// Sends SIGHUP to udevd through PID 1: udevd reads its files before the next event.
    [[nodiscard]] virtual Result<void> reload_udev() = 0;
};

/// Passes on what happens: to the journal, the terminal and systemd's STATUS line.
class Progress {
public:
    virtual ~Progress() = default;
    /// A phase of the plan begins; none has begun before the first call.
    virtual void beginning(const Phase& phase) = 0;
    virtual void starting(const PlannedStep& step) = 0;
    virtual void done(const PlannedStep& step, Milliseconds duration) = 0;
    virtual void failed(const PlannedStep& step, const Error& error) = 0;
    /// A step is being undone, after a failure or on request.
    virtual void undoing(const Step& inverse) = 0;
    virtual void undo_failed(const Step& inverse, const Error& error) = 0;
    /// Anything else an administrator should read.
    virtual void notice(const std::string& text) = 0;
    /// What only somebody who looks for a fault should read.
    virtual void detail(const std::string& text) = 0;
    /// What the node has come to, and why.
    virtual void concluding(State state, ReasonCode code, const std::string& text) = 0;
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

/// Basic facts about the machine.
struct HostFacts {
    std::string kernel;  ///< uname -r
    std::string boot_id;
    std::string command_line;   ///< of the kernel
    bool privileged = false;    ///< effective user is root
    std::int64_t uptime = 0;    ///< seconds of CLOCK_BOOTTIME
    bool synchronised = false;  ///< a daemon has told the kernel that its clock is right
};

class Host {
public:
    virtual ~Host() = default;
    [[nodiscard]] virtual Result<HostFacts> facts() const = 0;

    /// Why containers may not use the library `path` or look into its directory, for people; empty
    /// if they may, or if no policy (SELinux) is enforced.
    [[nodiscard]] virtual std::string denied_to_containers(const std::string& path) const = 0;

    /// A moment given as seconds of CLOCK_BOOTTIME: "2026-11-30T02:10:00Z", by the clock as it is.
    [[nodiscard]] virtual std::string utc(std::int64_t uptime) const = 0;
};

/// Pairs of interface name and alternative name.
using AlternativeNames = std::vector<std::pair<std::string, std::string>>;

/// The network hardware as found.
struct DiscoveredHardware {
    /// Every PCI function of the Ethernet class, of any vendor, sorted by address. Without `model`.
    std::vector<NetworkFunction> functions;
    std::vector<std::string> interfaces;  ///< names of all interfaces, physical or not
    AlternativeNames alternative_names;
};

/// The kernel may take for ever to answer. What hangs is left out, and so is what comes after it:
/// looking takes a limited time, whatever the drivers do.
class Hardware {
public:
    virtual ~Hardware() = default;

    [[nodiscard]] virtual Result<DiscoveredHardware> look() const = 0;

    /// The model name from pci.ids. Worth the look-up only for our own functions.
    [[nodiscard]] virtual std::string model(const NetworkFunction& function) const = 0;

    /// The further details that only `nics` shows. Reads them from the card itself.
    [[nodiscard]] virtual FunctionDetails details(const NetworkFunction& function) const = 0;

    /// Those of several functions that nothing has to be read from a card for but by its driver, in
    /// the same order: no VPD. A function that does not answer, and those behind it, have none.
    [[nodiscard]] virtual std::vector<FunctionDetails>
    live_details(const std::vector<NetworkFunction>& functions) const = 0;

    /// The interface over which the kernel sends to this address from `source`, which may be empty.
    /// Both are addresses in numbers.
    [[nodiscard]] virtual Result<std::string>
    route(const std::string& peer, const std::string& source) const = 0;

    /// All network interfaces of the machine, without their `uppers`.
    [[nodiscard]] virtual Result<std::vector<Link>> links() const = 0;
};

/// One directory of modules with its depmod index: a staged tree or the kernel's own.
class ModuleTree {
public:
    virtual ~ModuleTree() = default;

    /// The directory with modules.dep: "/opt/lib/modules/5.14.0-427.el9.x86_64".
    [[nodiscard]] virtual const std::string& directory() const = 0;

    /// True when the directory and its modules.dep are there.
    [[nodiscard]] virtual bool present() const = 0;

    /// The module's path according to modules.dep; nothing if it is not listed there.
    [[nodiscard]] virtual std::optional<std::string> find(const ModuleName& name) const = 0;

    /// True when the module is part of the kernel image (modules.builtin).
    [[nodiscard]] virtual bool builtin(const ModuleName& name) const = 0;

    /// Names of the modules whose aliases (modules.alias) match.
    [[nodiscard]] virtual std::vector<ModuleName> claiming(const std::string& modalias) const = 0;

    /// Reads what the file says about the module and, for `Origin::out_of_tree` only, its symbols,
    /// its signature and the digest of the file as stored. A file that cannot be used has `problem`
    /// set.
    [[nodiscard]] virtual ModuleFile
    read(const ModuleName& name, const std::string& path, Origin origin) const = 0;
};

/// Opens module trees.
class ModuleTrees {
public:
    virtual ~ModuleTrees() = default;

    /// Opens TREE/lib/modules/KERNEL. An empty `tree` is the kernel's own.
    [[nodiscard]] virtual std::unique_ptr<ModuleTree>
    open(const std::string& tree, const std::string& kernel) const = 0;

    /// The symbols named in `wanted`, from the kernel's symvers file; `path` is empty if there is
    /// none.
    [[nodiscard]] virtual KernelSymbols
    kernel_symbols(const std::string& kernel, const Symbols& wanted) const = 0;

    /// Kernels that have a directory below TREE/lib/modules, sorted.
    [[nodiscard]] virtual std::vector<std::string> kernels(const std::string& tree) const = 0;
};

/// The ports through which a node is observed; does not own them.
struct Sensors {
    const Host& host;
    const Hardware& hardware;
    const ModuleTrees& trees;
    const Modules& modules;
    const Files& files;
    Units& units;
};

}  // namespace onload_node
