// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/module_image.hpp"

#include <cstdint>
#include <cstdlib>

/// A module, and a row of notes as sysfs shows it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(data, size));
    static_cast<void>(onload_node::build_id_from_notes(bytes));
    static_cast<void>(onload_node::branch_targets_from_notes(bytes));
    const auto image = onload_node::read_module_image(bytes);
    if (image && image->needs.size() + image->exports.size() > size) {
        std::abort();  // made up
    }
    return 0;
}
