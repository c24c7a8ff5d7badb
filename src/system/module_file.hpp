// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/observed.hpp"

#include <string>

namespace onload_node {

/// Reads a module file: its digest (out-of-tree only) and what the module says of itself. A file
/// that cannot be used comes back with `problem` set.
[[nodiscard]] ModuleFile
read_module_file(const ModuleName& name, const std::string& path, Origin origin);

}  // namespace onload_node
