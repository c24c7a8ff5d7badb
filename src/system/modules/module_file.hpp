// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/observed.hpp"
#include "system/files/staged_file.hpp"

#include <cstddef>
#include <span>
#include <string>

namespace onload_node {

/// Whether the digests of staged files are taken. Who neither loads them nor has pins to compare
/// them with can do without.
enum class Digests { taken, left_out };

/// Reads a module file: what the module says of itself and, out-of-tree only, its digest, symbols
/// and signature. A file that cannot be used comes back with `problem` set.
[[nodiscard]] ModuleFile read_module_file(
    const ModuleName& name,
    const std::string& path,
    Origin origin,
    TrustedOwner trusted,
    Digests digests
);

/// The signature that is appended to an uncompressed module. It is read, not verified: only the
/// kernel has the keys.
[[nodiscard]] ModuleSignature read_signature(std::span<const std::byte> module);

}  // namespace onload_node
