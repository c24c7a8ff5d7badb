// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/observed.hpp"

#include <string>
#include <variant>
#include <vector>

namespace onload_node {

// Every way in which onload-node changes a node. The set is closed: the executor, the inverse and
// the undo log each handle all of them, and the compiler says so when one is forgotten.
//
// A file is written atomically, and its parent directories are made. A file that is to be removed
// and is not there counts as removed.

/// Writes the .link file that gives a port its name.
struct WriteLinkFile {
    std::string path;
    std::string content;
    bool operator==(const WriteLinkFile&) const = default;
};

struct RemoveLinkFile {
    std::string path;
    bool operator==(const RemoveLinkFile&) const = default;
};

/// Writes the names of the ports to paths::names_file, for the boots to come. They can be learnt
/// again: a failure is told and stops nothing.
struct RememberNames {
    std::string content;
    bool operator==(const RememberNames&) const = default;
};

/// Writes the udev rules that keep udev from loading drivers for our functions
/// (paths::autoload_rules). There for the moment of the swap only.
struct BlockAutoload {
    std::string content;
    bool operator==(const BlockAutoload&) const = default;
};

struct UnblockAutoload {
    bool operator==(const UnblockAutoload&) const = default;
};

/// Writes the file that keeps chronyd from starting (paths::time_marker).
struct WriteTimeMarker {
    bool operator==(const WriteTimeMarker&) const = default;
};

struct RemoveTimeMarker {
    bool operator==(const RemoveTimeMarker&) const = default;
};

/// Has udevd read its rules and .link files again.
struct ReloadUdev {
    bool operator==(const ReloadUdev&) const = default;
};

/// Has udev handle the interfaces of a function again, as if they had just appeared: renames those
/// that are down.
struct TriggerInterfaces {
    PciAddress address;
    bool operator==(const TriggerInterfaces&) const = default;
};

/// Takes a module out of the kernel; one that is not there counts as unloaded.
struct UnloadModule {
    ModuleName name;
    bool tolerate_use = false;  ///< a module that somebody uses may stay
    bool operator==(const UnloadModule&) const = default;
};

/// Puts a module into the kernel. Staged ones from memory, after their digest was checked on those
/// very bytes; in-tree ones by their path.
struct LoadModule {
    ModuleName name;
    Origin origin = Origin::in_tree;
    std::string path;
    std::string sha256;    ///< empty for in-tree files
    std::string build_id;  ///< what must be in the kernel afterwards; empty when the file has none
    ModuleParameters parameters;
    bool operator==(const LoadModule&) const = default;
};

/// What must become true of one function.
struct PortExpectation {
    PciAddress address;
    std::string name;  ///< of its interface; empty when any will do
    bool operator==(const PortExpectation&) const = default;
};

/// Waits until each function has an interface and udev is done with it.
struct AwaitPorts {
    std::vector<PortExpectation> ports;
    std::vector<PortExpectation> if_driven = {};  ///< to be waited for if they have a driver
    bool operator==(const AwaitPorts&) const = default;
};

/// Puts the boot guard on the disk: from now on a boot that dies is counted.
struct ArmGuard {
    GuardRecord record;
    bool operator==(const ArmGuard&) const = default;
};

/// Takes this boot's attempt out of the guard: it ended well, or was never made.
struct DisarmGuard {
    std::string boot_id;
    bool operator==(const DisarmGuard&) const = default;
};

/// Sets a sysctl, or sets it back.
struct SetKernelSetting {
    std::string name;  ///< "kernel.panic"
    std::string value;
    std::string only_over;  ///< do nothing unless this is its value now; empty for whatever it is
    bool operator==(const SetKernelSetting&) const = default;
};

/// Keeps every driver from those functions that have none: a driver that is loaded then does not
/// probe them all at once, in its own init.
struct HoldFunctions {
    std::vector<PciAddress> functions;
    bool operator==(const HoldFunctions&) const = default;
};

/// Ends a hold of ours; one of somebody else stays.
struct ReleaseFunctions {
    std::vector<PciAddress> functions;
    bool operator==(const ReleaseFunctions&) const = default;
};

/// Ends the hold and has one of the modules' drivers take each function, each in a process of its
/// own: one that hangs does not keep the others.
struct BindFunctions {
    std::vector<PciAddress> functions;
    std::vector<ModuleName> modules;
    bool optional = false;  ///< functions that no driver takes are no failure
    bool operator==(const BindFunctions&) const = default;
};

/// Masks a unit until the next boot (a link in /run).
struct MaskUnit {
    std::string id;
    bool operator==(const MaskUnit&) const = default;
};

struct UnmaskUnit {
    std::string id;
    bool operator==(const UnmaskUnit&) const = default;
};

/// Stops a unit and waits for it.
struct StopUnit {
    std::string id;
    bool operator==(const StopUnit&) const = default;
};

/// Queues the start of a unit and does not wait: it may be ordered after ourselves. One that failed
/// too often is started all the same.
struct StartUnit {
    std::string id;
    bool for_good = false;  ///< part of giving the clock back, which is never undone
    bool operator==(const StartUnit&) const = default;
};

using Step = std::variant<
    WriteLinkFile,
    RemoveLinkFile,
    RememberNames,
    BlockAutoload,
    UnblockAutoload,
    WriteTimeMarker,
    RemoveTimeMarker,
    ReloadUdev,
    TriggerInterfaces,
    UnloadModule,
    LoadModule,
    AwaitPorts,
    ArmGuard,
    DisarmGuard,
    SetKernelSetting,
    HoldFunctions,
    ReleaseFunctions,
    BindFunctions,
    MaskUnit,
    UnmaskUnit,
    StopUnit,
    StartUnit>;

/// One line for plans and journals: "load module sfc 1f3a... from /opt/...".
[[nodiscard]] std::string describe(const Step& step);

/// What a step is about, for who looks for its entries in the journal.
struct StepSubject {
    std::vector<std::string> modules;
    std::vector<std::string> functions;   ///< PCI addresses
    std::vector<std::string> interfaces;  ///< names
    std::vector<std::string> units;
    bool operator==(const StepSubject&) const = default;
};

[[nodiscard]] StepSubject subject_of(const Step& step);

/// A short stable key for timings: "load sfc", "write 71-onload-node-0000:08:00.0.link".
[[nodiscard]] std::string key(const Step& step);

}  // namespace onload_node
