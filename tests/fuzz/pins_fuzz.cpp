// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/pins.hpp"

#include <cstdint>
#include <cstdlib>

/// A pins file: whatever is accepted is a digest and a path below lib/modules/.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto pins = onload_node::parse_pins(text, "pins");
    if (!pins) {
        return 0;
    }
    for (const auto& [path, digest] : *pins) {
        const bool hex = digest.find_first_not_of("0123456789abcdef") == std::string::npos;
        if (path.empty() || path.front() == '/' || digest.size() != 64 || !hex) {
            std::abort();
        }
    }
    return 0;
}
