// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

#include <lzma.h>
#include <zlib.h>
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

/// Compressed as "gzip" does, by zlib itself.
inline std::vector<std::byte> gzip(std::span<const std::byte> input) {
    constexpr int window_with_gzip_header = 15 + 16;
    z_stream stream{};
    if (deflateInit2(
            &stream, 6, Z_DEFLATED, window_with_gzip_header, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY
        ) != Z_OK) {
        throw std::runtime_error("zlib does not compress");
    }
    std::vector<std::byte> output(deflateBound(&stream, input.size()));
    // zlib does not write to its input; its interface is older than const.
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(input.data()));  // NOLINT
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = reinterpret_cast<Bytef*>(output.data());
    stream.avail_out = static_cast<uInt>(output.size());
    const int result = deflate(&stream, Z_FINISH);
    output.resize(stream.total_out);
    deflateEnd(&stream);
    if (result != Z_STREAM_END) {
        throw std::runtime_error("zlib does not compress");
    }
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
