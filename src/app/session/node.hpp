// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "system/devices/hardware.hpp"
#include "system/devices/pci_drivers.hpp"
#include "system/devices/udev.hpp"
#include "system/files/files.hpp"
#include "system/host/host.hpp"
#include "system/modules/kernel_modules.hpp"
#include "system/modules/kmod_trees.hpp"
#include "system/systemd/journal.hpp"
#include "system/systemd/systemd.hpp"

namespace onload_node {

/// This machine: every adapter, wired to the ports that the rest of the program sees.
class Node {
public:
    /// Looks at files and trees below `root`; its owner `trusted` may have unpacked them.
    /// Everything else is about this machine.
    explicit Node(
        const std::string& root = "",
        TrustedOwner trusted = TrustedOwner(),
        Digests digests = Digests::taken
    )
        : trees_(root, trusted, digests), files_(root) {}

    [[nodiscard]] Sensors sensors() { return {host_, hardware_, trees_, modules_, files_, units_}; }

    [[nodiscard]] NodeAccess access() {
        return {files_, modules_, devices_, drivers_, kernel_, units_, progress_};
    }

private:
    SystemHost host_;
    SystemHardware hardware_;
    KmodModuleTrees trees_;
    KernelModules modules_;
    SystemFiles files_;
    UdevDevices devices_;
    PciDrivers drivers_;
    SystemKernel kernel_;
    SystemdUnits units_;
    JournalProgress progress_;
};

}  // namespace onload_node
