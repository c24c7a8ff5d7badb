// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace onload_node {

/// What identifies the kind of a PCI function.
struct PciIdentity {
    std::uint16_t vendor = 0;
    std::uint16_t device = 0;
    std::uint16_t subsystem_vendor = 0;
    std::uint16_t subsystem_device = 0;
};

/// Model names from pci.ids, through libpci. Only names: libpci's calls that read devices changed
/// between the versions that RHEL 9 and Debian 12 carry, and sysfs tells the numbers as well.
class PciNames final {
public:
    /// Reads `ids_file`, libpci's own choice when it is empty, at the first lookup.
    explicit PciNames(const std::string& ids_file = {});
    ~PciNames();
    PciNames(const PciNames&) = delete;
    PciNames& operator=(const PciNames&) = delete;

    /// The name of the card or, failing that, of its controller; "1924:0a03" when pci.ids knows
    /// neither or is not there.
    [[nodiscard]] std::string model(const PciIdentity& identity) const;

private:
    struct Library;
    std::unique_ptr<Library> library_;  ///< null when libpci cannot be used on this machine
};

}  // namespace onload_node
