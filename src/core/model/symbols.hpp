// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace onload_node {

/// The checksum of a symbol's type; nothing if the build has none (0 in a symvers file).
using SymbolCrc = std::optional<std::uint32_t>;

/// A symbol that a module needs or exports, or that the kernel exports.
struct Symbol {
    SymbolCrc crc = std::nullopt;
    bool weak = false;          ///< if needed: the module works without it
    std::string provider = {};  ///< of a kernel symbol: "vmlinux" or a module, in kernel spelling
    bool operator==(const Symbol&) const = default;
};

/// Symbols by name.
using Symbols = std::map<std::string, Symbol, std::less<>>;

/// The wanted symbols of a kernel, from its symvers file.
struct KernelSymbols {
    std::string path;     ///< the file read; empty when none was found
    std::string problem;  ///< why the file cannot be used; empty when it can
    Symbols symbols;
};

}  // namespace onload_node
