// SPDX-License-Identifier: BSD-2-Clause
// A step of the undo log: what is understood is written as it was read.
#include "run/step_toml.hpp"
#include "target.hpp"

using namespace onload_node;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto document = toml::parse(fuzz::text_of(data, size));
    if (!document) {
        return 0;
    }
    if (const auto step = step_from_toml(document.table())) {
        const auto again = step_from_toml(to_toml(*step));
        fuzz::require(again && *again == *step);
    }
    return 0;
}
