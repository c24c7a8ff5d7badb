// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <set>
#include <span>
#include <string>

namespace onload_node {

/// Finds the versions in a program or library: texts like "8.1.2.26" or "Onload 8.1.2.26". Those of
/// libonload.so include Onload's own, which the library prints when run. The bytes may come in
/// pieces of any size; of each piece nothing is kept but the text that it ends in.
class VersionScanner final {
public:
    void take(std::span<const std::byte> bytes);

    /// At most 32 versions, once all bytes have been taken.
    [[nodiscard]] std::set<std::string> finish();

private:
    void take(char byte);
    void end_text();

    std::set<std::string> versions_;
    std::string text_;
};

}  // namespace onload_node
