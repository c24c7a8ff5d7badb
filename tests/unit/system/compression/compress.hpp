// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

#include <lzma.h>
#include <zstd.h>

namespace onload_node::fixture {

/// Compressed as "xz" does, by liblzma itself.
inline std::vector<std::byte> xz(std::span<const std::byte> input) {
    std::vector<std::byte> output(lzma_stream_buffer_bound(input.size()));
    std::size_t size = 0;
    const lzma_ret result = lzma_easy_buffer_encode(
        0,
        LZMA_CHECK_CRC32,
        nullptr,
        reinterpret_cast<const std::uint8_t*>(input.data()),
        input.size(),
        reinterpret_cast<std::uint8_t*>(output.data()),
        &size,
        output.size()
    );
    if (result != LZMA_OK) {
        throw std::runtime_error("liblzma does not compress");
    }
    output.resize(size);
    return output;
}

/// Compressed as "zstd" does, by libzstd itself.
inline std::vector<std::byte> zstd(std::span<const std::byte> input) {
    std::vector<std::byte> output(ZSTD_compressBound(input.size()));
    const std::size_t size =
        ZSTD_compress(output.data(), output.size(), input.data(), input.size(), 3);
    if (ZSTD_isError(size) != 0U) {
        throw std::runtime_error("libzstd does not compress");
    }
    output.resize(size);
    return output;
}

}  // namespace onload_node::fixture
