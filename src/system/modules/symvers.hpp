// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/formats/symvers_lines.hpp"

#include <set>
#include <string>

namespace onload_node {

/// Looks the symbols named in `wanted` up in the symvers of a kernel: below `root` ("" is this
/// machine), in /lib/modules/KERNEL/, /boot or the kernel's build tree; plain, gzip or xz. `path`
/// is empty when there is no such file.
[[nodiscard]] KernelSymbols
find_kernel_symbols(const std::string& root, const std::string& kernel, const Symbols& wanted);

/// The same of one file, whose compression is known by its first bytes. One pass; only what is
/// wanted is kept.
[[nodiscard]] KernelSymbols read_symvers(const std::string& path, const Symbols& wanted);

/// The modules that export symbols, by the same kind of file; "vmlinux" is the kernel. Empty where
/// the file cannot be used.
[[nodiscard]] std::set<std::string> exporters_in(const std::string& path);

}  // namespace onload_node
