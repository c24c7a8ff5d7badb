// SPDX-License-Identifier: BSD-2-Clause
#include "system/compression/decompress.hpp"

#include "base/handle.hpp"
#include "system/compression/decoder_memory.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <lzma.h>
#include <zstd.h>

namespace onload_node {

namespace {

using Bytes = std::vector<std::byte>;

constexpr std::array<std::uint8_t, 6> xz_magic = {0xFD, '7', 'z', 'X', 'Z', 0x00};
constexpr std::array<std::uint8_t, 4> zstd_magic = {0x28, 0xB5, 0x2F, 0xFD};

template <std::size_t Size>
bool begins_with(std::span<const std::byte> bytes, const std::array<std::uint8_t, Size>& magic) {
    return bytes.size() >= Size &&
           std::equal(magic.begin(), magic.end(), bytes.begin(), [](std::uint8_t a, std::byte b) {
               return std::byte{a} == b;
           });
}

/// What comes out of a decoder: grows by doubling, up to the limit.
class Output final {
public:
    Output(std::size_t expected, std::size_t limit)
        : limit_(limit), bytes_(std::min(std::max(expected, mebibyte), limit)) {}

    /// Room for more; empty when the limit has been reached.
    std::span<std::byte> room() {
        if (filled_ == bytes_.size()) {
            bytes_.resize(std::min(bytes_.size() * 2, limit_));
        }
        return std::span(bytes_).subspan(filled_);
    }

    void add(std::size_t count) { filled_ += count; }

    Bytes take() {
        bytes_.resize(filled_);
        return std::move(bytes_);
    }

    [[nodiscard]] tl::unexpected<Error> too_large() const {
        return failure(
            ErrorCode::mismatch,
            "it would decompress to more than " + std::to_string(limit_) + " bytes"
        );
    }

private:
    std::size_t limit_;
    Bytes bytes_;
    std::size_t filled_ = 0;
};

/// Four times the input: about what modules compress to, so that the buffer seldom grows.
std::size_t usual_expansion(std::span<const std::byte> input) {
    return std::min(input.size(), largest_decompressed / 4) * 4;
}

const char* why_xz_failed(lzma_ret code) {
    switch (code) {
    case LZMA_DATA_ERROR:
        return "the xz data is damaged";
    case LZMA_BUF_ERROR:
        return "the xz data is cut off";
    case LZMA_MEMLIMIT_ERROR:
        return "the xz data needs more memory to unpack than any module should";
    case LZMA_FORMAT_ERROR:
    case LZMA_OPTIONS_ERROR:
        return "the xz data is of an unknown kind";
    case LZMA_MEM_ERROR:
        return "out of memory while unpacking xz data";
    default:
        return "liblzma cannot unpack the xz data";
    }
}

Result<Bytes> decompress_xz(std::span<const std::byte> input, std::size_t limit) {
    lzma_stream stream = LZMA_STREAM_INIT;
    const Handle<lzma_stream, lzma_end> owner(&stream);
    lzma_ret code = lzma_stream_decoder(&stream, max_decoder_memory, LZMA_CONCATENATED);
    if (code != LZMA_OK) {
        return failure(ErrorCode::io, why_xz_failed(code));
    }
    stream.next_in = reinterpret_cast<const std::uint8_t*>(input.data());
    stream.avail_in = input.size();
    Output output(usual_expansion(input), limit);
    while (code == LZMA_OK) {
        const auto room = output.room();
        if (room.empty()) {
            return output.too_large();
        }
        stream.next_out = reinterpret_cast<std::uint8_t*>(room.data());
        stream.avail_out = room.size();
        code = lzma_code(&stream, LZMA_FINISH);
        output.add(room.size() - stream.avail_out);
    }
    if (code != LZMA_STREAM_END) {
        return failure(ErrorCode::mismatch, why_xz_failed(code));
    }
    return output.take();
}

Result<Bytes> decompress_zstd(std::span<const std::byte> input, std::size_t limit) {
    const Handle<ZSTD_DStream, ZSTD_freeDStream> stream(ZSTD_createDStream());
    if (!stream) {
        return failure(ErrorCode::io, "out of memory while unpacking zstd data");
    }
    ZSTD_inBuffer in{input.data(), input.size(), 0};
    Output output(usual_expansion(input), limit);
    for (;;) {
        const auto room = output.room();
        if (room.empty()) {
            return output.too_large();
        }
        ZSTD_outBuffer out{room.data(), room.size(), 0};
        const std::size_t code = ZSTD_decompressStream(stream.get(), &out, &in);
        if (ZSTD_isError(code) != 0U) {
            return failure(
                ErrorCode::mismatch,
                std::string("the zstd data is damaged: ") + ZSTD_getErrorName(code)
            );
        }
        output.add(out.pos);
        // 0: a frame is complete. Another may follow.
        if (code == 0 && in.pos == in.size) {
            return output.take();
        }
        if (in.pos == in.size && out.pos < out.size) {
            return failure(ErrorCode::mismatch, "the zstd data is cut off");
        }
    }
}

}  // namespace

Result<Bytes> decompress(Bytes bytes, std::size_t limit) {
    if (begins_with(bytes, xz_magic)) {
        return decompress_xz(bytes, limit);
    }
    if (begins_with(bytes, zstd_magic)) {
        return decompress_zstd(bytes, limit);
    }
    return bytes;
}

}  // namespace onload_node
