// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/observed.hpp"
#include "system/files/staged_file.hpp"

#include <cstddef>
#include <span>
#include <string>

namespace onload_node {

/// Whether to compute the digests of staged files. Only loading a file and comparing it with a pin
/// need them.
enum class Digests { taken, left_out };

/// Reads a module file: what the module says about itself and, only out of tree, its digest,
/// symbols and signature. A file that cannot be used comes back with `problem` set.
[[nodiscard]] ModuleFile read_module_file(
    const ModuleName& name,
    const std::string& path,
    Origin origin,
    TrustedOwner trusted,
    Digests digests
);

/// Reads the signature that is appended to an uncompressed module. It is not verified: only the
/// kernel has the keys.
[[nodiscard]] ModuleSignature read_signature(std::span<const std::byte> module);

}  // namespace onload_node
