// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/handle.hpp"

#include <libkmod.h>

// For the adapters over libkmod only: nothing else sees its types.
namespace onload_node {

using KmodContext = Handle<kmod_ctx, kmod_unref>;
using KmodModule = Handle<kmod_module, kmod_module_unref>;
using KmodList = Handle<kmod_list, kmod_module_unref_list>;

/// A libkmod context that reads no configuration and prints nothing. `directory` holds the index;
/// null means the running kernel's. Returns null when memory is short.
[[nodiscard]] KmodContext open_kmod(const char* directory);

}  // namespace onload_node
