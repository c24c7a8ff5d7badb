// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace onload_node {

/// Identifies the kind of a PCI function.
struct PciIdentity {
    std::uint16_t vendor = 0;
    std::uint16_t device = 0;
    std::uint16_t subsystem_vendor = 0;
    std::uint16_t subsystem_device = 0;
};

/// Model names from pci.ids, through libpci. Only names: libpci's calls that read devices differ
/// between RHEL 9 and Debian 12, and sysfs has the numbers as well.
class PciNames final {
public:
    /// Reads `ids_file` at the first lookup; if empty, the file that libpci chooses.
    explicit PciNames(const std::string& ids_file = {});
    ~PciNames();
    PciNames(const PciNames&) = delete;
    PciNames& operator=(const PciNames&) = delete;

    /// The name of the card or, failing that, of its controller; "1924:0a03" when pci.ids has
    /// neither or is missing.
    [[nodiscard]] std::string model(const PciIdentity& identity) const;

private:
    struct Library;
    std::unique_ptr<Library> library_;  ///< null when libpci cannot be used on this machine
};

}  // namespace onload_node
