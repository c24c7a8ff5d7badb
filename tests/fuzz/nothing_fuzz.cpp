// SPDX-License-Identifier: BSD-2-Clause
// Tells the build whether clang has its fuzzer.
#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* /*data*/, std::size_t /*size*/) {
    return 0;
}
