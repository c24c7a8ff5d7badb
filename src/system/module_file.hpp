// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/observed.hpp"
#include "system/staged_file.hpp"

#include <string>

namespace onload_node {

/// Reads a module file: what the module says of itself and, out-of-tree only, its digest, symbols
/// and signature. A file that cannot be used comes back with `problem` set.
[[nodiscard]] ModuleFile read_module_file(
    const ModuleName& name, const std::string& path, Origin origin, TrustedOwner trusted
);

}  // namespace onload_node
