// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string_view>

/// Every path that onload-node reads or writes. Absolute paths occur nowhere else.
namespace onload_node::paths {

// Configuration: owned by the MachineConfig, only ever read.
inline constexpr std::string_view config_file = "/etc/onload-node/config.toml";
inline constexpr std::string_view config_directory = "/etc/onload-node/config.d";
inline constexpr std::string_view pins_file = "/etc/onload-node/modules.sha256";
inline constexpr std::string_view sfptpd_config = "/etc/sfptpd.conf";
/// The kubelet's credentials for registries.
inline constexpr std::string_view registry_authfile = "/var/lib/kubelet/config.json";

// Generated at run time; gone at the next boot.
inline constexpr std::string_view run_directory = "/run/onload-node";
inline constexpr std::string_view lock_file = "/run/onload-node/lock";
inline constexpr std::string_view undo_log = "/run/onload-node/undo.toml";
inline constexpr std::string_view loaded_record = "/run/onload-node/loaded.toml";
inline constexpr std::string_view last_run = "/run/onload-node/last-run.toml";
/// What the journal was last told of the node: the sentence, and what is wrong with the labels.
inline constexpr std::string_view last_said = "/run/onload-node/last-said";
inline constexpr std::string_view status_json = "/run/onload-node/status.json";
/// What pods read lies in a folder of its own: all else in there is read back by root.
inline constexpr std::string_view public_directory = "/run/onload-node/public";
inline constexpr std::string_view public_status_json = "/run/onload-node/public/status.json";
/// The functions that the kernel does not answer about, each with the process that waits for it.
inline constexpr std::string_view hung_functions = "/run/onload-node/hung";
/// Who has the clock after the time daemon has failed, since when, and until when.
inline constexpr std::string_view clock_record = "/run/onload-node/clock.toml";
/// The environment of sfptpd.service: the port of the node.
inline constexpr std::string_view sfptpd_environment = "/run/onload-node/sfptpd.env";
/// While this file exists the drop-ins of chronyd and chrony-wait keep them from starting.
inline constexpr std::string_view time_marker = "/run/onload-node/sfptpd-keeps-time";
/// The drop-in of a unit that heeds the marker: a directory, the unit, and the rest.
inline constexpr std::string_view drop_in_directories[] = {
    "/etc/systemd/system/", "/usr/lib/systemd/system/"};
inline constexpr std::string_view drop_in = ".d/10-onload-node.conf";
/// Where 99-onload-node-required is delivered, kubelet starts only while this file exists.
inline constexpr std::string_view kubelet_marker = "/run/onload-node/kubelet-may-start";
inline constexpr std::string_view kubelet_drop_in =
    "/etc/systemd/system/kubelet.service.d/10-onload-node-required.conf";
inline constexpr std::string_view link_directory = "/run/systemd/network";
inline constexpr std::string_view link_file_prefix = "71-onload-node-";
inline constexpr std::string_view autoload_rules = "/run/udev/rules.d/70-onload-node.rules";

/// Where udev takes .link files and their drop-ins from; the last that has one of a name counts.
inline constexpr std::string_view link_file_directories[] = {
    "/usr/lib/systemd/network",
    "/usr/local/lib/systemd/network",
    "/run/systemd/network",
    "/etc/systemd/network"};

/// Where udev takes its rules from. Of several files with one name the first counts.
inline constexpr std::string_view udev_rule_directories[] = {
    "/etc/udev/rules.d",
    "/run/udev/rules.d",
    "/usr/local/lib/udev/rules.d",
    "/usr/lib/udev/rules.d"};

/// Onload's devices for container engines (the Container Device Interface).
inline constexpr std::string_view cdi_spec = "/run/cdi/amd.com-onload.json";

/// Node labels through NFD's local source. The directory belongs to NFD; we never make it.
inline constexpr std::string_view label_directory =
    "/etc/kubernetes/node-feature-discovery/features.d";
inline constexpr std::string_view label_file =
    "/etc/kubernetes/node-feature-discovery/features.d/onload-node";

/// The only state that survives a boot.
inline constexpr std::string_view guard_file = "/var/lib/onload-node/guard.toml";
inline constexpr std::string_view names_file = "/var/lib/onload-node/names.toml";
inline constexpr std::string_view reach_file = "/var/lib/onload-node/reach.toml";

/// Whose the three are; see run/machine_record.hpp.
inline constexpr std::string_view machine_file = "/var/lib/onload-node/machine.toml";
/// The records of another machine stay beside them under this prefix and the id in it.
inline constexpr std::string_view put_aside_prefix = "of-";
/// Says in the boot that has put them aside that it did.
inline constexpr std::string_view put_aside_note = "/run/onload-node/records-put-aside";
inline constexpr std::string_view machine_id = "/etc/machine-id";
/// The machine's UUID as its firmware has it; only root may read it.
inline constexpr std::string_view machine_hardware = "/sys/class/dmi/id/product_uuid";

// What is staged besides the trees.
inline constexpr std::string_view staged_record = "/var/lib/onload-node/staged.toml";
/// The sets of modules, libraries and programs: which one is wanted, was confirmed, has failed.
inline constexpr std::string_view sets_file = "/var/lib/onload-node/sets.toml";
/// Where they are kept, below the tree: KERNEL/DIGEST/ has the files in the form of an image.
inline constexpr std::string_view sets_directory = "/onload-node/sets";
inline constexpr std::string_view state_directory = "/var/lib/onload-node";
inline constexpr std::string_view default_tree = "/opt";
inline constexpr std::string_view user_directory = "/opt/onload";
/// The link to the folder of the libraries that new containers get; see stage/libraries.hpp.
inline constexpr std::string_view current_libraries = "current";
inline constexpr std::string_view library_directory = "/opt/onload/usr/lib64";
inline constexpr std::string_view preloaded_library = "/opt/onload/usr/lib64/libonload.so";
// In a folder of libraries; the command is the script that starts a program with the library.
inline constexpr std::string_view libraries_in_folder = "/usr/lib64";
inline constexpr std::string_view preloaded_in_folder = "/usr/lib64/libonload.so";
inline constexpr std::string_view command_in_folder = "/usr/bin/onload";
inline constexpr std::string_view user_command_in_container = "/usr/bin/onload";
inline constexpr std::string_view program_directory = "/usr/local/sbin";
inline constexpr std::string_view control_plane_server = "/usr/local/sbin/onload_cp_server";
inline constexpr std::string_view staged_programs[] = {
    "onload_cp_server", "onload_stackdump", "sfptpd"};
/// What `verify --for-release` unpacks, while it runs.
inline constexpr std::string_view gate_directory = "/var/lib/onload-node/gate";
/// What podman unpacks while it pulls: in /var/tmp, its own place, that of a podman that was killed
/// stays.
inline constexpr std::string_view pull_directory = "/var/lib/onload-node/pull";
inline constexpr std::string_view pull_layout = "/var/lib/onload-node/pull/layout";
/// Only one staging at a time. It lies where a pod with the node's /var/lib/onload-node finds it
/// too.
inline constexpr std::string_view stage_lock = "/var/lib/onload-node/stage.lock";
/// What is being staged is collected here, beside its target, so that one rename puts it in place.
inline constexpr std::string_view work_directory = "/.onload-node-new-modules";
inline constexpr std::string_view user_work_directory = "/opt/.onload-node-new-user";

// The kernel's own files.
inline constexpr std::string_view in_tree_modules = "/lib/modules";
inline constexpr std::string_view loaded_modules = "/proc/modules";
inline constexpr std::string_view sys_module = "/sys/module";
inline constexpr std::string_view sys_pci_devices = "/sys/bus/pci/devices";
inline constexpr std::string_view sys_net = "/sys/class/net";
inline constexpr std::string_view sys_nvme = "/sys/class/nvme";
inline constexpr std::string_view sys_iscsi = "/sys/class/iscsi_connection";
inline constexpr std::string_view sys_block = "/sys/block";
inline constexpr std::string_view mounts = "/proc/self/mountinfo";
inline constexpr std::string_view routes = "/proc/net/route";
inline constexpr std::string_view routes_6 = "/proc/net/ipv6_route";
/// Exists if SELinux is on.
inline constexpr std::string_view selinux = "/sys/fs/selinux/enforce";
inline constexpr std::string_view kernel_command_line = "/proc/cmdline";
inline constexpr std::string_view proc = "/proc";
inline constexpr std::string_view proc_sys = "/proc/sys";
inline constexpr std::string_view modules_disabled = "/proc/sys/kernel/modules_disabled";
inline constexpr std::string_view tainted = "/proc/sys/kernel/tainted";
inline constexpr std::string_view sysrq_trigger = "/proc/sysrq-trigger";

/// Where a kernel's symvers may be: the path before and after the kernel release.
struct SymversFile {
    std::string_view directory;
    std::string_view file;
};

inline constexpr SymversFile symvers_files[] = {
    {"/lib/modules/", "/symvers.gz"},
    {"/lib/modules/", "/symvers.xz"},
    {"/lib/modules/", "/symvers"},
    {"/boot/symvers-", ".gz"},
    {"/boot/symvers-", ".xz"},
    {"/boot/symvers-", ""},
    {"/lib/modules/", "/build/Module.symvers"},
};

// What the next boot runs.
inline constexpr std::string_view boot_entries = "/boot/loader/entries";
/// GRUB's environment block, which holds the default entry if somebody chose one.
inline constexpr std::string_view boot_environments[] = {
    "/boot/grub2/grubenv", "/boot/grub/grubenv"};
/// Debian's link to the newest kernel.
inline constexpr std::string_view kernel_links[] = {"/vmlinuz", "/boot/vmlinuz"};
/// Exists while ostree has a deployment that the next shutdown will finish. The boot loader has an
/// entry for it only from then on.
inline constexpr std::string_view staged_deployment = "/run/ostree/staged-deployment";
inline constexpr std::string_view ostree_deployments = "/ostree/deploy";

inline constexpr std::string_view signature_enforcement =
    "/sys/module/module/parameters/sig_enforce";
inline constexpr std::string_view lockdown = "/sys/kernel/security/lockdown";
inline constexpr std::string_view keys = "/proc/keys";
inline constexpr std::string_view processors = "/proc/cpuinfo";
/// One line for each stack.
inline constexpr std::string_view onload_stacks = "/proc/driver/onload/stacks_ul";
inline constexpr std::string_view boot_id = "/proc/sys/kernel/random/boot_id";

/// A file for the support bundle; with `suffix`, all files of a directory whose names end in it.
struct BundledFile {
    std::string_view path;
    std::string_view suffix = {};
};

/// No credentials: neither the registry's authfile nor network profiles, which may hold keys.
inline constexpr BundledFile bundled_files[] = {
    {config_file},
    {config_directory, ".toml"},
    {"/etc/onload-node", ".sha256"},
    {run_directory, ".toml"},
    {status_json},
    {state_directory, ".toml"},
    {link_directory, ".link"},
    {"/etc/systemd/network", ".link"},
    {"/etc/udev/rules.d", ".rules"},
    {"/run/udev/rules.d", ".rules"},
    {"/etc/modprobe.d", ".conf"},
    {cdi_spec},
    {label_file},
    {kernel_command_line},
    {loaded_modules},
    {"/proc/version"},
    {signature_enforcement},
    {lockdown},
    {onload_stacks},
    {selinux},
    {"/etc/os-release"},
    {sfptpd_config},
};
/// Where a bundle is collected, one at a time, and where it goes by default.
inline constexpr std::string_view bundle_directory = "/run/onload-node/diagnose";
inline constexpr std::string_view bundle_lock = "/run/onload-node/diagnose.lock";
inline constexpr std::string_view bundle_target = "/var/tmp";

/// PID 1's own socket. It answers before the system bus is up, but only to root.
inline constexpr std::string_view systemd_private_socket = "unix:path=/run/systemd/private";

inline constexpr std::string_view rm_program = "/usr/bin/rm";
/// Where programs are looked for if PATH is not set.
inline constexpr std::string_view default_program_path = "/usr/sbin:/usr/bin";
/// What SELinux runs us as, with a NUL behind it. Without SELinux it is something else.
inline constexpr std::string_view own_context = "/proc/self/attr/current";
inline constexpr std::string_view null_device = "/dev/null";
inline constexpr std::string_view own_program = "/proc/self/exe";
/// Followed by the number of one of our descriptors: what is open there.
inline constexpr std::string_view own_descriptors = "/proc/self/fd/";

/// Where the kubelet looks for device plugins.
inline constexpr std::string_view kubelet_device_plugins = "/var/lib/kubelet/device-plugins";

inline constexpr std::string_view devices = "/dev";
/// The devices that Onload's applications open.
inline constexpr std::string_view onload_devices[] = {
    "/dev/onload", "/dev/onload_epoll", "/dev/sfc_char"};

}  // namespace onload_node::paths
