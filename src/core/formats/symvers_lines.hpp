// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/symbols.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

namespace onload_node {

/// Reads a symvers file piece by piece ("CRC NAME MODULE EXPORT...", separated by tabs) and keeps
/// the wanted symbols.
class SymversLines final {
public:
    /// Only the names in `wanted` count. It must outlive this object.
    explicit SymversLines(const Symbols& wanted) : wanted_(wanted) {}

    /// Keeps the name of every module that exports something as well, in kernel spelling.
    SymversLines(const Symbols& wanted, std::set<std::string>& exporters)
        : wanted_(wanted), exporters_(&exporters) {}

    /// Takes the next piece, which may end anywhere.
    void add(std::string_view piece);

    /// Returns what was found. Sets `problem` if this was no symvers file.
    [[nodiscard]] KernelSymbols finish();

private:
    void take_line(std::string_view line);

    const Symbols& wanted_;
    std::set<std::string>* exporters_ = nullptr;
    KernelSymbols found_;
    std::string rest_;  ///< the start of a line that ends in the next piece
    bool good_ = false;
    bool bad_ = false;
};

}  // namespace onload_node
