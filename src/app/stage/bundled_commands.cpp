// SPDX-License-Identifier: BSD-2-Clause
#include "app/stage/bundled_commands.hpp"

namespace onload_node {

namespace {

// The most telling commands come first: the time may run out.
constexpr BundledCommand commands[] = {
    {"status.txt", "onload-node status"},
    {"status.json", "onload-node status --json"},
    {"plan.txt", "onload-node plan"},
    {"verify.txt", "onload-node verify"},
    {"nics.txt", "onload-node nics"},
    {"nics.json", "onload-node nics --json"},
    {"trees.json", "onload-node trees --json"},
    {"journal.txt",
     "journalctl --no-pager --boot --output short-precise --lines 20000 --unit onload-node* --unit "
     "sfptpd* --unit chronyd* --unit systemd-udevd*"},
    {"kernel.txt", "journalctl --no-pager --boot --dmesg --output short-precise --lines 20000"},
    {"journal-of-the-boot-before.txt",
     "journalctl --no-pager --boot -1 --output short-precise --lines 20000 --unit onload-node* "
     "--unit sfptpd* --unit chronyd*"},
    {"kernel-of-the-boot-before.txt",
     "journalctl --no-pager --boot -1 --dmesg --output short-precise --lines 20000"},
    {"boots.txt", "journalctl --no-pager --list-boots"},
    {"units.txt",
     "systemctl status --no-pager --full --all --lines 0 onload-node* sfptpd* chronyd* "
     "network-pre.target"},
    {"failed-units.txt", "systemctl --no-pager --failed"},
    {"jobs.txt", "systemctl --no-pager list-jobs"},
    {"pci.txt", "lspci -nnkvv"},
    {"interfaces.txt", "ip -details -statistics link"},
    {"addresses.txt", "ip address"},
    {"routes.txt", "ip route show table all"},
    {"udev.txt", "udevadm info --export-db"},
    {"networkmanager.txt", "nmcli --terse device"},
    {"sfc.txt", "modinfo sfc"},
    {"deployments.txt", "rpm-ostree status"},
    {"chrony.txt", "chronyc -n tracking"},
    {"disks.txt", "df --human-readable --output /run /var /opt"},
};

}  // namespace

std::span<const BundledCommand> bundled_commands() {
    return commands;
}

}  // namespace onload_node
