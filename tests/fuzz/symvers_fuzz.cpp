// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/symvers_lines.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

using namespace onload_node;

namespace {

KernelSymbols read_in_pieces(std::string_view text, std::size_t size) {
    static const Symbols wanted = {{"printk", {}}, {"a", {}}, {"module_layout", {}}};
    SymversLines lines(wanted);
    while (!text.empty()) {
        lines.add(text.substr(0, size));
        text.remove_prefix(std::min(size, text.size()));
    }
    return lines.finish();
}

}  // namespace

/// A symvers file, however it is cut into pieces. The first byte says how.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto whole = read_in_pieces(text, text.size());
    // Lines that are longer than any are cut, and where depends on the pieces.
    if (text.size() < 8192 && whole.symbols != read_in_pieces(text, 1U + data[0]).symbols) {
        std::abort();
    }
    return 0;
}
