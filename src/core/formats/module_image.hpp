// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"
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

/// What a module's ELF image says of itself.
struct ModuleImage {
    std::uint16_t machine = 0;  ///< e_machine of the ELF header
    std::string name;           ///< modinfo name=
    std::string version;
    std::string vermagic;
    std::string build_id;  ///< hex; empty when there is no such note
    std::vector<std::string> depends;
    std::vector<std::string> parameters;  ///< names, from parmtype=
    std::vector<std::string> aliases;     ///< those of PCI devices
    Symbols needs;
    Symbols exports;
};

/// Reads an uncompressed 64-bit little-endian ELF relocatable. Every offset is checked: any bytes
/// may be handed in. Pure; ErrorCode::mismatch with the reason when the bytes are no kernel module.
[[nodiscard]] Result<ModuleImage> read_module_image(std::span<const std::byte> bytes);

/// The build-id in a section of ELF notes, in hex; empty when there is none. Any bytes may be
/// handed in.
[[nodiscard]] std::string build_id_from_notes(std::span<const std::byte> notes);

}  // namespace onload_node
