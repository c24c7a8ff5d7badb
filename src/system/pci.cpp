// SPDX-License-Identifier: BSD-2-Clause
#include "system/pci.hpp"

#include <array>
#include <cstdio>

extern "C" {
#include <pci/pci.h>
}

#include "base/handle.hpp"

namespace onload_node {

namespace {

/// libpci has met something that it cannot go on from.
struct LibraryGivesUp {};

/// libpci's own handler calls exit(), and one that returns is not allowed. An exception may pass
/// through its frames: both of our processors' ABIs give C code unwind tables. What it had
/// allocated by then is lost, once.
/// (The attribute in this spelling belongs to the type, which libpci's pointer asks for.)
__attribute__((noreturn)) void give_up(char* /*format*/, ...) {
    throw LibraryGivesUp{};
}

/// Adapters do not log.
void discard(char* /*format*/, ...) {}

/// One lookup; empty when pci.ids has no such entry.
std::string look_up(pci_access& access, int what, const PciIdentity& identity) {
    std::array<char, 256> buffer{};
    const int vendor = identity.vendor;
    const int device = identity.device;
    const int subsystem_vendor = identity.subsystem_vendor;
    const int subsystem_device = identity.subsystem_device;
    const char* const name = pci_lookup_name(
        &access,
        buffer.data(),
        static_cast<int>(buffer.size()),
        // udev's hwdb holds the same names, and libpci loses memory on machines without one.
        what | PCI_LOOKUP_NO_NUMBERS | PCI_LOOKUP_NO_HWDB,
        vendor,
        device,
        subsystem_vendor,
        subsystem_device
    );
    return name == nullptr ? std::string() : name;
}

std::string in_numbers(const PciIdentity& identity) {
    std::array<char, 16> text{};
    const unsigned vendor = identity.vendor;
    const unsigned device = identity.device;
    static_cast<void>(std::snprintf(text.data(), text.size(), "%04x:%04x", vendor, device));
    return text.data();
}

}  // namespace

struct PciNames::Library {
    Handle<pci_access, pci_cleanup> access;
};

PciNames::PciNames() {
    try {
        auto library = std::make_unique<Library>();
        library->access.reset(pci_alloc());
        library->access->method = PCI_ACCESS_SYS_BUS_PCI;
        library->access->error = give_up;
        library->access->warning = discard;
        library->access->debug = discard;
        pci_init(library->access.get());
        library_ = std::move(library);
    } catch (const LibraryGivesUp&) {
        library_.reset();
    }
}

PciNames::~PciNames() = default;

std::string PciNames::model(const PciIdentity& identity) const {
    if (!library_) {
        return in_numbers(identity);
    }
    try {
        std::string name;
        if (identity.subsystem_vendor != 0) {
            name = look_up(*library_->access, PCI_LOOKUP_SUBSYSTEM | PCI_LOOKUP_DEVICE, identity);
        }
        if (name.empty()) {
            name = look_up(*library_->access, PCI_LOOKUP_DEVICE, identity);
        }
        return name.empty() ? in_numbers(identity) : name;
    } catch (const LibraryGivesUp&) {
        return in_numbers(identity);
    }
}

}  // namespace onload_node
