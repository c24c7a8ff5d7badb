// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/config.hpp"
#include "core/model/records.hpp"
#include "core/model/sets.hpp"
#include "core/model/symbols.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace onload_node {

/// Whose build a module is. A loaded module shows it by its taint 'O', a file by the tree it is in.
enum class Origin { in_tree, out_of_tree };

/// A module that is in the kernel now (/sys/module).
struct LoadedModule {
    ModuleName name;
    Origin origin = Origin::in_tree;
    std::string version;              ///< MODULE_VERSION, often empty in-tree
    std::string build_id;             ///< hex; empty when the module has none
    std::vector<ModuleName> holders;  ///< modules that use this one
    int use_count = 0;  ///< includes the holders; 0 does not prove that it is unused (Onload 9)
    bool live = true;   ///< false while "coming" or "going"
};

/// The signature appended to a module.
struct ModuleSignature {
    enum class State { none, damaged, present };
    State state = State::none;
    std::string signer;  ///< the certificate's issuer, by name; empty if only a key is named
    std::string key_id;  ///< hex: the key's identifier, or the serial number of its certificate
    std::string hash;    ///< "sha512"
};

/// A module file that could be loaded.
struct ModuleFile {
    ModuleName name;
    Origin origin = Origin::in_tree;
    std::string path;      ///< absolute
    std::string sha256;    ///< of the file as stored; empty for in-tree files
    std::string build_id;  ///< hex; empty when the module has none
    std::string version;
    std::string vermagic;
    std::vector<ModuleName> depends;  ///< direct dependencies, from the module itself
    std::vector<std::string> parameters;
    std::string problem;  ///< why the file cannot be used; empty when it can
    bool unsafe = false;  ///< `problem` is that others than root could have put the file there
    std::uint16_t machine = 0;              ///< of the ELF header; 0 when it could not be read
    bool branch_targets = false;            ///< built for indirect branch tracking (IBT)
    std::vector<std::string> aliases = {};  ///< the PCI functions that the module claims
    Symbols needs = {};                     ///< of staged modules only, like the next two
    Symbols exports = {};
    ModuleSignature signature = {};
};

/// A network interface of the machine.
struct Interface {
    std::string name;
    MacAddress mac;
    std::optional<MacAddress> permanent_mac;
    bool up = false;              ///< IFF_UP: udev will not rename it
    bool initialised = false;     ///< udev has finished with it: the name is final
    std::string link_file;        ///< the .link file that udev applied, ID_NET_LINK_FILE
    std::string link_name = {};   ///< the name that this file gave it, ID_NET_NAME
    std::string link_gives = {};  ///< Name= in this file, if it is not ours
    std::string rule = {};        ///< the udev rules file that gives it another name than this file
    /// What else udev would call it: ID_NET_NAME_ONBOARD, _SLOT, _PATH.
    std::vector<std::string> predictable = {};
};

/// One PCI network function that a Solarflare driver would carry.
struct NetworkFunction {
    PciAddress address;
    std::uint16_t vendor = 0;
    std::uint16_t device = 0;
    std::uint16_t subsystem_vendor = 0;
    std::uint16_t subsystem_device = 0;
    std::string model;               ///< from pci.ids
    std::string driver;              ///< bound driver, empty when none
    std::string driver_module = {};  ///< the module that registered it; empty if it is built in
    std::string driver_override;     ///< empty when none
    std::string id_path;             ///< udev's ID_PATH, what Path= of a .link file matches
    std::string modalias;            ///< what module aliases are matched against
    unsigned virtual_functions = 0;  ///< sriov_numvfs
    bool hung = false;               ///< the kernel does not answer about it: little is known
    std::vector<Interface> interfaces;
    std::vector<std::string> representors =
        {};  ///< interfaces that stand for its virtual functions
    std::optional<PciAddress> physical_function =
        std::nullopt;  ///< the parent of a virtual function; none for a physical one

    /// The module that carries it; empty when none does. A module may register several drivers, and
    /// sfc does.
    [[nodiscard]] const std::string& module() const {
        return driver_module.empty() ? driver : driver_module;
    }

    /// True if it has a driver but no visible interface. Once the network is up, that means that a
    /// pod has the interface in its own network namespace.
    [[nodiscard]] bool lent_out() const { return !driver.empty() && interfaces.empty(); }
};

/// What a card says about itself when asked. No decision depends on it.
struct FunctionDetails {
    std::string part;    ///< part number from the VPD; empty if it cannot be read
    std::string serial;  ///< serial number, likewise
    int numa_node = -1;  ///< -1 if the machine has none or does not say
    std::string port;    ///< phys_port_name of its interface; empty if the driver reports none
    std::vector<std::string> also;  ///< alternative names of its interface
    std::string firmware = {};      ///< its version, as the driver reports it; empty if it does not
    int speed = -1;    ///< of the link, in Mbit/s; -1 if there is none, or it is not known
    int carrier = -1;  ///< 1 with a link, 0 without; -1 while the interface is down
};

/// A unit as PID 1 knows it.
struct UnitState {
    std::string id;             ///< the real name; an alias is resolved
    std::string load_state;     ///< loaded, not-found, masked, ...
    std::string active_state;   ///< active, activating, inactive, failed, ...
    std::string file_state;     ///< enabled, disabled, static, masked-runtime, ...
    bool job_pending = false;   ///< a start is queued
    std::string fragment = {};  ///< path of the unit file that PID 1 has loaded
    /// It has the condition that keeps it from starting while paths::time_marker exists.
    bool heeds_marker = false;

    [[nodiscard]] bool exists() const { return load_state != "not-found" && !load_state.empty(); }

    [[nodiscard]] bool masked() const {
        return file_state == "masked" || file_state == "masked-runtime";
    }

    [[nodiscard]] bool enabled() const {
        return file_state == "enabled" || file_state == "enabled-runtime";
    }

    [[nodiscard]] bool running_or_coming() const {
        return active_state == "active" || active_state == "activating" ||
               active_state == "reloading" || job_pending;
    }
};

/// A network interface and what runs over it now.
struct Link {
    std::string name;
    bool carrier = false;
    bool addressed = false;  ///< an IPv4 address, or an IPv6 one that is not link-local
    std::vector<std::string> uppers = {};  ///< bonds, VLANs and the like that are made of it
    bool default_route = false;            ///< IPv4 or IPv6, of the main table
    bool bare = false;  ///< neither a device nor other interfaces are below it, as far as one sees
};

/// A disk or a file system that the node has over the network.
struct NetworkStorage {
    std::string what;                     ///< "nvme0 at 192.0.2.2"
    std::vector<std::string> interfaces;  ///< what it goes through; empty if that is not known
};

/// What /etc/sfptpd.conf says of interfaces.
struct SfptpdConfig {
    bool needs_port = false;              ///< an instance names no interface: it takes that of -i
    std::vector<std::string> interfaces;  ///< those named, each once
};

/// That the displaced daemon keeps the clock because the time daemon failed. Seconds are those of
/// CLOCK_BOOTTIME, which no daemon sets.
struct ClockFallback {
    std::int64_t since = 0;  ///< when the clock was given back
    std::int64_t next = 0;   ///< when the time daemon is tried again
    std::int64_t tries = 0;  ///< how often it was tried in vain
    std::string waits_for;   ///< what is missing for a try; empty if only the time
    bool operator==(const ClockFallback&) const = default;
};

/// What `onload_node=` on the kernel command line asks for.
enum class BootSwitch { normal, off, plan_only };

[[nodiscard]] constexpr std::string_view to_string(BootSwitch value) {
    switch (value) {
    case BootSwitch::normal:
        return "on";
    case BootSwitch::off:
        return "off";
    case BootSwitch::plan_only:
        return "plan";
    }
    return {};
}

/// What onload-node loaded earlier in this boot, from its own record.
struct LoadRecord {
    std::string sha256;
    std::string build_id;
    ModuleParameters parameters;
};

/// The staged modules for one kernel.
struct StagedTree {
    std::string directory;  ///< TREE/lib/modules/KERNEL
    bool present = false;
    std::map<ModuleName, ModuleFile> modules;
    std::vector<std::string> kernels;  ///< every kernel that has a tree, sorted
    std::string problem;               ///< why the tree cannot be read; empty when it can
};

/// What was observed: the running machine, its files for another kernel, or a root directory that
/// is no running machine.
enum class Scope { running, other_kernel, other_root };

/// The pins file as it was found.
struct PinsFile {
    bool exists = false;
    std::string text;
    std::string problem;  ///< why it cannot be read; empty when it can
};

/// What the kernel demands of a module's signature.
struct SignaturePolicy {
    std::string enforced_by;  ///< "module.sig_enforce" or "lockdown"; empty when nothing enforces
    /// Descriptions of the kernel's asymmetric keys; nothing where they are not shown to us.
    std::optional<std::vector<std::string>> keys;
};

/// One `ifname=NAME:MAC` of the kernel command line.
struct NamedByArgument {
    std::string name;
    MacAddress mac;
};

/// Onload's libraries and programs for applications.
struct UserLibraries {
    std::string directory;  ///< above their usr: "/opt/onload/VERSION-DIGEST"
    std::string version;    ///< empty when it is not known
    bool present = false;   ///< the library to preload is there
    bool command = false;   ///< so is `onload`, which starts programs with it
    std::string denied;     ///< what keeps containers from them; empty if nothing does
};

/// The node as it is: plain data, filled by run/observe, read by the pure core. It holds facts, no
/// wishes.
struct Observed {
    std::string kernel;    ///< release, as uname -r
    std::string vermagic;  ///< of the kernel's own modules; empty if none could be read
    std::string boot_id;
    BootSwitch boot_switch = BootSwitch::normal;
    std::vector<std::string> blacklisted = {};  ///< modules that module_blacklist= names
    bool modules_disabled = false;              ///< kernel.modules_disabled
    std::string misspelt_switch = {};  ///< a kernel argument that nearly is the boot switch
    bool privileged = false;           ///< running as root
    bool network_started = false;      ///< network-pre.target has been reached, or this is unknown

    std::vector<NetworkFunction> functions;  ///< sorted by address
    std::set<std::string> other_interfaces;  ///< names of interfaces that are not ours
    std::vector<NetworkStorage> storage = {};

    std::map<ModuleName, LoadedModule> loaded;
    StagedTree staged;
    std::map<ModuleName, ModuleFile> in_tree;  ///< as far as the load set needs it
    std::set<ModuleName> builtin;  ///< part of the kernel image, as far as the load set needs it
    std::map<ModuleName, LoadRecord> load_records;

    MachineRecord machine = {};   ///< this one
    MachineRecord recorded = {};  ///< the one whose the records were; without an id if unknown
    RecordsOwner records_owner = RecordsOwner::this_machine;
    std::string records_note = {};  ///< that records of another machine do not count; or empty

    NameRecord remembered;      ///< names of ports, from earlier boots
    std::string names_text;     ///< content of the file that they were read from
    std::string names_problem;  ///< why they cannot be read; empty if they can, or there are none
    std::vector<NamedByArgument> named_by_argument;

    std::optional<GuardRecord> guard;  ///< of the last boot that was not yet known to be good
    std::string guard_problem;         ///< why the guard cannot be read; empty when it can
    SetRecord sets = {};               ///< of this kernel
    std::string set_in_place = {};     ///< digest of the staged set; empty if it is not known
    std::string sets_problem = {};     ///< why the sets cannot be read; empty when they can
    bool kernel_broken = false;        ///< the kernel has oopsed in this boot
    std::map<std::string, std::string> kernel_settings;  ///< value by name, where it exists

    Scope scope = Scope::running;
    KernelSymbols symbols;  ///< of the kernel, as far as the load set needs them
    PinsFile pins;
    SignaturePolicy signatures;
    /// Who stops the kernel at an indirect call to code that was not built for it (IBT): "this
    /// processor". Empty when nobody does, and when every staged module was built for it.
    std::string branch_tracking_by;
    unsigned onload_stacks = 0;  ///< stacks that applications use now

    std::map<std::string, UnitState> units;  ///< by configured name
    std::optional<SfptpdConfig> sfptpd;      ///< none if there is no configuration of sfptpd
    std::optional<ClockFallback> clock_fallback;
    std::string clock_since;  ///< `since` and `next` of the fallback, in UTC
    std::string clock_next;
    std::int64_t uptime = 0;    ///< seconds of CLOCK_BOOTTIME
    std::vector<Link> links;    ///< only if asked for (observe_links)
    std::string units_problem;  ///< why PID 1 did not report them; empty if it did
    std::map<std::string, std::string>
        generated_files;                ///< content by path, of all files that we may generate
    std::vector<std::string> devices;   ///< those of Onload's device nodes that exist
    UserLibraries libraries = {};       ///< those of the loaded module's version, if there are some
    std::string control_plane_problem;  ///< why the configured onload_cp_server cannot run; empty
                                        ///< when it can
};

}  // namespace onload_node
