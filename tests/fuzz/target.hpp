// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

/// One input, as libFuzzer hands it over; `replay` hands over the files of a corpus.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace onload_node::fuzz {

inline std::string text_of(const std::uint8_t* data, std::size_t size) {
    return {data, data + size};
}

/// What must hold for every input; both sanitizers and libFuzzer report the abort.
inline void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

}  // namespace onload_node::fuzz
