// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"
#include "core/formats/elf_sections.hpp"
#include "core/model/symbols.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace onload_node {

/// The processor that this program was built for, as an ELF machine.
#if defined(__x86_64__)
inline constexpr std::uint16_t own_machine = 62;
#elif defined(__aarch64__)
inline constexpr std::uint16_t own_machine = 183;
#else
#error "onload-node runs on x86-64 and aarch64"
#endif

/// "x86-64 (ELF machine 62)"; of one that we do not know, the number alone.
[[nodiscard]] std::string processor_name(std::uint16_t machine);

/// What a module's ELF image says about the module.
struct ModuleImage {
    std::uint16_t machine = 0;  ///< e_machine of the ELF header
    std::string name;           ///< modinfo name=
    std::string version;
    std::string vermagic;
    std::string build_id;  ///< hex; empty when there is no such note
    /// All of its code was built for indirect branch tracking (IBT), by its own note.
    bool branch_targets = false;
    std::vector<std::string> depends;
    std::vector<std::string> parameters;  ///< names, from parmtype=
    std::vector<std::string> aliases;     ///< only those of PCI devices
    Symbols needs;
    Symbols exports;
};

/// Reads an uncompressed, relocatable, 64-bit little-endian ELF file. Takes any bytes: every offset
/// is checked. ErrorCode::mismatch says why the bytes are no kernel module.
[[nodiscard]] Result<ModuleImage> read_module_image(std::span<const std::byte> bytes);

/// Whether a section of ELF notes (.note.gnu.property) says that all code was built for indirect
/// branch tracking. Takes any bytes. (Source: x86-64 psABI, "Program Property".)
[[nodiscard]] bool branch_targets_from_notes(std::span<const std::byte> notes);

/// The build-id in a section of ELF notes, in hex; empty if there is none. Takes any bytes.
[[nodiscard]] std::string build_id_from_notes(std::span<const std::byte> notes);

/// Fills in the symbols that a module needs (the undefined ones, with their CRCs from `__versions`)
/// and those it exports. Leaves out damaged ones.
void read_symbols(const elf::Sections& sections, ModuleImage& image);

}  // namespace onload_node
