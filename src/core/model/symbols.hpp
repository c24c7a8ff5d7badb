// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace onload_node {

/// The checksum of a symbol's type; nothing where the build knows none (0 in a symvers file).
using SymbolCrc = std::optional<std::uint32_t>;

/// A symbol that a module needs or exports, or that the kernel exports.
struct Symbol {
    SymbolCrc crc = std::nullopt;
    bool weak = false;          ///< needed: the module lives without it
    std::string provider = {};  ///< of the kernel: "vmlinux" or a module, as the kernel spells it
    bool operator==(const Symbol&) const = default;
};

/// By name.
using Symbols = std::map<std::string, Symbol, std::less<>>;

/// The kernel's symvers, as far as somebody needs it.
struct KernelSymbols {
    std::string path;     ///< the file read; empty when none was found
    std::string problem;  ///< why the file cannot be used; empty when it can
    Symbols symbols;
};

}  // namespace onload_node
