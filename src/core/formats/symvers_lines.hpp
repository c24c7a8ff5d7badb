// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/symbols.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace onload_node {

/// Takes a symvers file piece by piece ("CRC NAME MODULE EXPORT...", separated by tabs) and keeps
/// the symbols that are wanted.
class SymversLines final {
public:
    /// `wanted`, of which the names count, must outlive this.
    explicit SymversLines(const Symbols& wanted) : wanted_(wanted) {}

    /// The next piece; it may end anywhere.
    void add(std::string_view piece);

    /// What was found, with `problem` set when the lines were none of a symvers file.
    [[nodiscard]] KernelSymbols finish();

private:
    void take_line(std::string_view line);

    const Symbols& wanted_;
    KernelSymbols found_;
    std::string rest_;  ///< of a line whose end is in the next piece
    bool good_ = false;
    bool bad_ = false;
};

}  // namespace onload_node
