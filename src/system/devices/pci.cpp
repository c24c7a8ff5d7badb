// SPDX-License-Identifier: BSD-2-Clause
#include "system/devices/pci.hpp"

#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstring>

extern "C" {
#include <pci/pci.h>
}

#include "base/handle.hpp"

namespace onload_node {

namespace {

/// Where to continue after a fatal error in libpci.
std::jmp_buf way_out;

/// libpci's own error handler calls exit(), so a damaged pci.ids would end the run. This one must
/// not return, so it jumps. The jump leaves only frames of libpci and leaks its memory, once. (In
/// this spelling the attribute is part of the type, as libpci's pointer requires.)
__attribute__((noreturn)) void give_up(char* /*format*/, ...) {
    std::longjmp(way_out, 1);
}

/// Adapters do not log.
void discard(char* /*format*/, ...) {}

/// False when libpci cannot be used on this machine.
bool set_up(pci_access& access) {
    access.method = PCI_ACCESS_SYS_BUS_PCI;
    access.error = give_up;
    access.warning = discard;
    access.debug = discard;
    if (setjmp(way_out) != 0) {
        return false;
    }
    pci_init(&access);
    return true;
}

/// Looks up one name; empty when pci.ids has no such entry.
std::string look_up(pci_access& access, int what, const PciIdentity& identity) {
    std::array<char, 256> buffer{};
    if (setjmp(way_out) != 0) {
        return {};
    }
    const int vendor = identity.vendor;
    const int device = identity.device;
    const int subsystem_vendor = identity.subsystem_vendor;
    const int subsystem_device = identity.subsystem_device;
    const char* const name = pci_lookup_name(
        &access,
        buffer.data(),
        static_cast<int>(buffer.size()),
        // udev's hwdb has the same names, and libpci leaks memory on machines without a hwdb.
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

PciNames::PciNames(const std::string& ids_file) {
    library_ = std::make_unique<Library>();
    library_->access.reset(pci_alloc());
    if (!set_up(*library_->access)) {
        library_.reset();
        return;
    }
    if (!ids_file.empty()) {
        constexpr int library_frees_it = 1;
        pci_set_name_list_path(
            library_->access.get(), ::strdup(ids_file.c_str()), library_frees_it
        );
    }
}

PciNames::~PciNames() = default;

std::string PciNames::model(const PciIdentity& identity) const {
    if (!library_) {
        return in_numbers(identity);
    }
    std::string name;
    if (identity.subsystem_vendor != 0) {
        name = look_up(*library_->access, PCI_LOOKUP_SUBSYSTEM | PCI_LOOKUP_DEVICE, identity);
    }
    if (name.empty()) {
        name = look_up(*library_->access, PCI_LOOKUP_DEVICE, identity);
    }
    return name.empty() ? in_numbers(identity) : name;
}

}  // namespace onload_node
