// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/symvers_lines.hpp"
#include "target.hpp"

#include <algorithm>
#include <set>
#include <string>

using namespace onload_node;

namespace {

struct Found {
    KernelSymbols symbols;
    std::set<std::string> exporters;
};

Found read_in_pieces(std::string_view text, std::size_t size) {
    static const Symbols wanted = {{"printk", {}}, {"a", {}}, {"module_layout", {}}};
    Found found;
    SymversLines lines(wanted, found.exporters);
    while (!text.empty()) {
        lines.add(text.substr(0, size));
        text.remove_prefix(std::min(size, text.size()));
    }
    found.symbols = lines.finish();
    return found;
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
    if (text.size() < 8192) {
        const auto pieces = read_in_pieces(text, 1U + data[0]);
        fuzz::require(whole.symbols.symbols == pieces.symbols.symbols);
        fuzz::require(whole.exporters == pieces.exporters);
    }
    for (const auto& module : whole.exporters) {
        fuzz::require(module.find_first_of("/-\t\n") == std::string::npos);
    }
    return 0;
}
