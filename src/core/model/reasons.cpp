// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/reasons.hpp"

#include <algorithm>

namespace onload_node {

namespace {

/// In the order of ReasonCode.
constexpr ReasonFacts table[] = {
    {ReasonCode::as_wanted,
     "as-wanted",
     "The node is as configured.",
     "onload-node status",
     "nothing",
     "3fcb4b70f79a4ffca71b9592244ececa"},
    {ReasonCode::no_nic,
     "no-nic",
     "No Solarflare network function is free for onload-node: the node has none, or something "
     "else keeps it (vfio-pci, a driver_override).",
     "onload-node nics; lspci -nnk -d 1924:",
     "nothing, if the node has no card; else give the function back to the network driver",
     "2a438f2a31724442bbce14ab261db1d4"},
    {ReasonCode::switched_off,
     "switched-off",
     "onload_node= on the kernel command line tells onload-node to leave the node as it "
     "booted.",
     "/proc/cmdline",
     "take onload_node= off the kernel arguments (of the MachineConfig that sets it) and "
     "reboot",
     "e427f474114d4fcebf3f3f8cfe53b312"},
    {ReasonCode::config,
     "config",
     "The configuration is wrong. Nothing was changed, and the in-tree driver stays.",
     "onload-node plan; /etc/onload-node/config.toml; /etc/onload-node/config.d",
     "correct the line that is named, and deliver the configuration again",
     "23eb71643ac5472795d25341edc5fe85"},
    {ReasonCode::no_tree,
     "no-tree",
     "No modules are staged for the kernel that runs, so the node stays on the in-tree driver.",
     "onload-node trees; journalctl -u onload-node-stage",
     "stage modules that were built for this kernel, with their modules.dep",
     "09c9c31ae2f94909b4a3cc3052800e04"},
    {ReasonCode::module_missing,
     "module-missing",
     "A module that is to be loaded is neither staged nor in the kernel's own tree, or the "
     "index of that tree (modules.dep) does not name it.",
     "onload-node verify; onload-node trees",
     "stage it too, and run depmod -b on the tree",
     "2cc9d354d76f4970b4406663d3e1ec74"},
    {ReasonCode::wrong_kernel,
     "wrong-kernel",
     "A staged module was built for another kernel than the one that is to load it.",
     "onload-node verify; uname -r",
     "build it against this kernel's headers",
     "4dfc3c3b18c1402ba946a04e9ff35ab3"},
    {ReasonCode::unusable_module,
     "unusable-module",
     "A staged module, or the index of its tree, cannot be read or is not what it has to be.",
     "onload-node verify; onload-node trees",
     "stage it again",
     "89fb1806dc3f4287aa162b8dc835698d"},
    {ReasonCode::busy,
     "busy",
     "Something uses the driver that has to go: another module stands on it.",
     "lsmod; onload-node verify",
     "unload it first",
     "a5ea88f7f53049588e822f9a9b04393e"},
    {ReasonCode::pending_reboot,
     "pending-reboot",
     "The network was up when the swap was asked for. A swap would cut it, so it waits for the "
     "next boot.",
     "onload-node plan",
     "drain the node and reboot it; or run onload-node apply --live, which cuts the "
     "connections over its ports",
     "d755df988d8940a39903f4cb5455eb3a"},
    {ReasonCode::pending_apply,
     "pending-apply",
     "The node differs from its configuration. Nothing is in the way: apply has not run since.",
     "onload-node plan; systemctl status onload-node",
     "run onload-node apply, or drain the node and reboot it",
     "65304a98408247b0b802c47fd7a878c1"},
    {ReasonCode::guard,
     "guard",
     "Boots with the staged driver died or reached nothing, or nobody knows whether they did. "
     "The boot guard keeps that driver out.",
     "onload-node status; journalctl -k -b -1; /sys/fs/pstore; /var/lib/systemd/pstore",
     "stage another build, or run onload-node reset and reboot to try this one again",
     "9476c36e9cfc48d0b7925b84ebd65788"},
    {ReasonCode::undone,
     "undone",
     "A step failed, and everything that was done before it was taken back.",
     "journalctl -u onload-node -b; journalctl -k -b",
     "mend what the failed step names and reboot, or stage another build",
     "5d5428b382da41389b1ba5b4960e55ce"},
    {ReasonCode::onload_missing,
     "onload-missing",
     "The network driver is the out-of-tree one, but Onload's own modules or devices are "
     "missing. Nothing is accelerated.",
     "journalctl -u onload-node -b; journalctl -k -b; onload-node verify",
     "mend what the kernel says of the module, or stage another build, and reboot",
     "b8cb8842070c48d8b0aaeecb8cef8130"},
    {ReasonCode::name_missing,
     "name-missing",
     "A port does not have the name that it should have.",
     "onload-node nics; ip -br link; journalctl -u systemd-udevd -b",
     "free the name, or choose another one in [names], and reboot",
     "f49456e14fc04b388408f08bbb156634"},
    {ReasonCode::user_libraries,
     "user-libraries",
     "Onload's user libraries are missing or of another build than its modules, so containers "
     "are not offered Onload.",
     "onload-node status; onload-node trees",
     "stage libraries and modules of one build, and reboot",
     "6c903f6be38b41e7ae89e9f2dd288687"},
    {ReasonCode::control_plane,
     "control-plane",
     "Onload's control plane server cannot run. Without it Onload accelerates nothing.",
     "onload-node status; journalctl -k -b",
     "stage the control plane server (onload_cp_server) of the same build as the modules, and "
     "reboot",
     "5736b6c19f344fcda6696d1608d5a175"},
    {ReasonCode::time_daemon,
     "time-daemon",
     "The clock is not kept as configured: sfptpd has failed, was stopped, or is not alone.",
     "systemctl status sfptpd; journalctl -u sfptpd -b; /etc/sfptpd.conf",
     "mend what sfptpd says in its journal; it is tried again by itself, or at once by systemctl "
     "reset-failed sfptpd and onload-node apply",
     "1ecf2f657d21432c8e63bdd32d8a1783"},
    {ReasonCode::no_driver,
     "no-driver",
     "A port has no driver, so it carries no traffic.",
     "onload-node nics; journalctl -k -b; lspci -nnk -d 1924:",
     "mend what the kernel says of the port and reboot; onload_node=off on the kernel command "
     "line gives the stock node",
     "602c16dff6004415812edf7b27ebd003"},
    {ReasonCode::unsafe_path,
     "unsafe-path",
     "Somebody other than root could change a staged module, so none is loaded.",
     "onload-node verify; ls -l /opt/lib/modules",
     "let all of the tree belong to root, without links, writable by root alone",
     "ad1215bd52bf43fbafe29c02a1dade3b"},
    {ReasonCode::wrong_machine,
     "wrong-machine",
     "A staged module was built for another processor.",
     "onload-node verify; uname -m",
     "stage modules for this processor",
     "2e3e153ade8d4e69a5b01fcea82244d1"},
    {ReasonCode::symbols,
     "symbols",
     "A staged module needs symbols that the kernel, or the module that it stands on, lacks or "
     "has in another version.",
     "onload-node verify",
     "build the modules against the kernel that runs them, all together",
     "e141d4ad2c084f4b82c8298b35c73779"},
    {ReasonCode::ibt,
     "ibt",
     "A staged module was not built for indirect branch tracking, and the kernel enforces it.",
     "onload-node verify; /proc/cmdline",
     "build it with the configuration and the compiler of this kernel, all of its objects; or "
     "boot with ibt=off",
     "6711600ca7054b9d851260fca83e5d8f"},
    {ReasonCode::signature,
     "signature",
     "The kernel demands signed modules and would not take the signature of a staged one.",
     "onload-node verify; /proc/keys; mokutil --list-enrolled",
     "sign it with a key that the kernel has (one that another key certified is found by its "
     "identifier only: sign-file -k)",
     "3b9cd8e7d86846e2a9929633dd28e219"},
    {ReasonCode::pins,
     "pins",
     "A staged module is not the one that is pinned by its SHA-256.",
     "onload-node verify; /etc/onload-node/modules.sha256",
     "stage the pinned file, or pin this one if it is to be trusted",
     "94e5e19e8b2a42bb90fcdf45e1defb12"},
    {ReasonCode::port_unclaimed,
     "port-unclaimed",
     "The staged driver does not support a port of this node, which would lose its network.",
     "onload-node verify; onload-node nics",
     "stage a driver that supports this card",
     "e860322ffc62416c89bb75e420af07e9"},
    {ReasonCode::stacks_in_use,
     "stacks-in-use",
     "Applications use the Onload that would have to go.",
     "onload-node verify; onload_stackdump",
     "end the applications that run on Onload (onload_stackdump lists them)",
     "fb8d149576e441bca92564b248e4b43c"},
    {ReasonCode::virtual_functions,
     "virtual-functions",
     "A port has virtual functions, which a swap of the driver would take away.",
     "onload-node verify; onload-node nics",
     "set its sriov_numvfs to 0, or make them after the swap",
     "1db163b0507149ddb9dad7930bacb22c"},
    {ReasonCode::unknown_parameter,
     "unknown-parameter",
     "A module parameter of the configuration is none that the staged module has. The kernel "
     "ignores it.",
     "onload-node verify; modinfo -p",
     "correct driver.parameters in the configuration",
     "8736dc0814174d6f9522804a9ed13693"},
    {ReasonCode::names_not_remembered,
     "names-not-remembered",
     "The names of the ports cannot be kept for the next boot, which may give them others.",
     "onload-node status; df /var; ls -l /var/lib/onload-node",
     "mend what is named, and run onload-node apply",
     "f970f477dcb24d29b4d6ac2bc13e8d12"},
    {ReasonCode::kernel_refuses,
     "kernel-refuses",
     "The kernel was told to refuse a module that is needed, or to load none at all.",
     "/proc/cmdline; sysctl kernel.modules_disabled; onload-node verify",
     "take module_blacklist= off the kernel command line, or leave kernel.modules_disabled at "
     "0",
     "ef168842cb4142bf89a8aa11ae587542"},
    {ReasonCode::hung,
     "hung",
     "The kernel does not answer about a port: a driver hangs, or something holds the port's "
     "lock.",
     "journalctl -k -b; onload-node nics",
     "reboot the node; if it happens again, send the file of onload-node diagnose to support",
     "87d85b4552de4db1900472c1b5dced55"},
    {ReasonCode::storage_over_port,
     "storage-over-port",
     "A disk or a file system is reached over a port. A swap would cut it off.",
     "onload-node verify; findmnt; lsblk",
     "let the node reach it over another card, or end its use before the swap",
     "53ff23e41a524cf3950f775031e0ba09"},
    {ReasonCode::previous_set,
     "previous-set",
     "The wanted set of modules could not be used. A set that was confirmed before runs in its "
     "place.",
     "onload-node trees; journalctl -u onload-node -b",
     "stage another build, or run onload-node reset and reboot to try the wanted one again",
     "1d714b4192bd42ccb8419c35b4d6c2b7"},
    {ReasonCode::unreachable,
     "unreachable",
     "Nothing is reached over the ports in this boot, where the last good boot did.",
     "ip -br link; onload-node nics; journalctl -u NetworkManager -b",
     "look at cables, switch and network configuration; if they are right, stage another build",
     "861be35041534b10bea30fd8717b24e3"},
    {ReasonCode::kernel_unknown,
     "kernel-unknown",
     "The kernel to verify for is not in what was given.",
     "onload-node verify",
     "give the OS or driver-toolkit image of the release, its unpacked files, or the folder of "
     "one kernel with its symvers",
     "f295b572361a4ec3b3ec00d892c46915"},
    {ReasonCode::several_kernels,
     "several-kernels",
     "What was given has several kernels, and none of them is named.",
     "onload-node verify",
     "say which one the nodes will run with --kernel",
     "3cf37a22736e49a1b09070dab4697936"},
    {ReasonCode::no_symvers,
     "no-symvers",
     "The symbols of that kernel are not known, so nobody can tell whether the modules fit.",
     "onload-node verify",
     "give the release's driver-toolkit image, which has them below usr/src/kernels",
     "9fb441462d504ecb9a60766d40d43104"},
    {ReasonCode::not_pending,
     "not-pending",
     "The next boot runs the running kernel again, so there is no other kernel to verify for.",
     "onload-node verify --pending",
     "verify for the release that the node will be updated to, with --for-release",
     "ebd965317cb64fa89eaa1f7b341fe655"},
};

constexpr bool complete(const ReasonFacts& facts) {
    constexpr std::size_t hex_digits_of_an_id = 32;
    return !facts.word.empty() && !facts.meaning.empty() && !facts.where_to_look.empty() &&
           !facts.advice.empty() && facts.message_id.size() == hex_digits_of_an_id;
}

constexpr bool in_order() {
    return std::ranges::all_of(table, [](const ReasonFacts& facts) {
        return &facts == table + static_cast<std::size_t>(facts.code);
    });
}

static_assert(std::ranges::all_of(table, complete), "a reason without words, advice or identifier");
static_assert(in_order(), "not in the order of the enumerators");
static_assert(std::size(table) == reason_count, "a reason is not in the table");

}  // namespace

std::span<const ReasonFacts> all_reasons() {
    return table;
}

const ReasonFacts& facts_of(ReasonCode code) {
    return table[static_cast<std::size_t>(code)];
}

const ReasonFacts* reason_of(std::string_view word) {
    const auto* const found = std::ranges::find(table, word, &ReasonFacts::word);
    return found == std::end(table) ? nullptr : found;
}

std::string_view to_string(ReasonCode code) {
    return facts_of(code).word;
}

}  // namespace onload_node
