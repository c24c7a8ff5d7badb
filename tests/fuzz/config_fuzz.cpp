// SPDX-License-Identifier: BSD-2-Clause
// The reader of the configuration: whatever it accepts is free of contradictions, and every
// complaint says something.
#include "app/config/config_file.hpp"
#include "target.hpp"

using namespace onload_node;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto config = read_config({{"fuzz.toml", fuzz::text_of(data, size)}});
    fuzz::require(config ? contradictions(*config).empty() : !config.error().message.empty());
    return 0;
}
