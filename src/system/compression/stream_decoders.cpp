// SPDX-License-Identifier: BSD-2-Clause
#include "system/compression/stream_decoders.hpp"

#include "base/handle.hpp"
#include "base/sizes.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

namespace onload_node {

namespace {

/// In bytes. Enough for "xz -9"; a stream that asks for more is nothing that anybody built for a
/// node. libzstd has the same limit by itself, which is enough for "zstd --ultra -22".
constexpr std::uint64_t max_decoder_memory = 128 * mebibyte;
/// The most that zlib is given in one call: it counts in 32 bits.
constexpr std::size_t largest_piece = std::size_t{1} << 30U;
constexpr int gzip_window = 15 + 16;

constexpr const char* no_memory = "cannot be unpacked: out of memory";

class GzipDecoder final : public StreamDecoder {
public:
    GzipDecoder() : StreamDecoder("gzip"), usable_(inflateInit2(&stream_, gzip_window) == Z_OK) {}

    GzipDecoder(const GzipDecoder&) = delete;
    GzipDecoder& operator=(const GzipDecoder&) = delete;
    GzipDecoder(GzipDecoder&&) = delete;
    GzipDecoder& operator=(GzipDecoder&&) = delete;

    ~GzipDecoder() override { inflateEnd(&stream_); }

private:
    Outcome decode_some(std::span<const std::byte>& input, std::span<std::byte> room, bool /*last*/)
        override {
        if (!usable_) {
            return {0, false, no_memory};
        }
        if (input.empty()) {
            return {0, ended_};
        }
        if (ended_) {
            if (padded_ || input.front() != first_byte) {
                return pass_padding(input);
            }
            inflateReset(&stream_);
        }
        const auto piece = std::min(input.size(), largest_piece);
        const auto space = std::min(room.size(), largest_piece);
        // zlib does not write to its input; its interface is older than const.
        stream_.next_in =
            const_cast<Bytef*>(reinterpret_cast<const Bytef*>(input.data()));  // NOLINT
        stream_.avail_in = static_cast<uInt>(piece);
        stream_.next_out = reinterpret_cast<Bytef*>(room.data());
        stream_.avail_out = static_cast<uInt>(space);
        const int code = inflate(&stream_, Z_NO_FLUSH);
        input = input.subspan(piece - stream_.avail_in);
        // Z_BUF_ERROR: it needs more input.
        if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
            return {0, false, "is damaged"};
        }
        ended_ = code == Z_STREAM_END;
        return {space - stream_.avail_out, ended_};
    }

    /// Zero bytes fill the last block of a tape or disk. gzip warns of other bytes and ends with 2,
    /// which tar takes for an error: a second stream that is damaged would look like this.
    Outcome pass_padding(std::span<const std::byte>& input) {
        padded_ = true;
        const bool zeros =
            std::ranges::all_of(input, [](std::byte byte) { return byte == std::byte{0}; });
        input = {};
        return {0, zeros, zeros ? nullptr : "has other bytes behind its end"};
    }

    static constexpr std::byte first_byte{0x1F};

    z_stream stream_{};
    bool usable_ = false;
    bool ended_ = false;
    bool padded_ = false;  ///< zero bytes have begun, and nothing else may follow
};

const char* why_xz_failed(lzma_ret code) {
    switch (code) {
    case LZMA_MEM_ERROR:
        return no_memory;
    case LZMA_DATA_ERROR:
        return "is damaged";
    case LZMA_MEMLIMIT_ERROR:
        return "needs more memory to unpack than it should";
    case LZMA_FORMAT_ERROR:
    case LZMA_OPTIONS_ERROR:
        return "is of an unknown kind";
    default:
        return "cannot be unpacked";
    }
}

class XzDecoder final : public StreamDecoder {
public:
    XzDecoder()
        : StreamDecoder("xz")
        , usable_(lzma_stream_decoder(&stream_, max_decoder_memory, LZMA_CONCATENATED) == LZMA_OK) {
    }

    XzDecoder(const XzDecoder&) = delete;
    XzDecoder& operator=(const XzDecoder&) = delete;
    XzDecoder(XzDecoder&&) = delete;
    XzDecoder& operator=(XzDecoder&&) = delete;

    ~XzDecoder() override { lzma_end(&stream_); }

private:
    Outcome
    decode_some(std::span<const std::byte>& input, std::span<std::byte> room, bool last) override {
        if (ended_) {
            return {0, ended_};
        }
        stream_.next_in = reinterpret_cast<const std::uint8_t*>(input.data());
        stream_.avail_in = input.size();
        stream_.next_out = reinterpret_cast<std::uint8_t*>(room.data());
        stream_.avail_out = room.size();
        const lzma_ret code =
            usable_ ? lzma_code(&stream_, last ? LZMA_FINISH : LZMA_RUN) : LZMA_MEM_ERROR;
        input = input.subspan(input.size() - stream_.avail_in);
        // LZMA_BUF_ERROR: it needs more input.
        if (code != LZMA_OK && code != LZMA_STREAM_END && code != LZMA_BUF_ERROR) {
            return {0, false, why_xz_failed(code)};
        }
        ended_ = code == LZMA_STREAM_END;
        return {room.size() - stream_.avail_out, ended_};
    }

    lzma_stream stream_ = LZMA_STREAM_INIT;
    bool usable_ = false;
    bool ended_ = false;
};

class ZstdDecoder final : public StreamDecoder {
public:
    ZstdDecoder() : StreamDecoder("zstd") {}

private:
    Outcome decode_some(std::span<const std::byte>& input, std::span<std::byte> room, bool /*last*/)
        override {
        if (!stream_) {
            return {0, false, no_memory};
        }
        ZSTD_inBuffer in{input.data(), input.size(), 0};
        ZSTD_outBuffer out{room.data(), room.size(), 0};
        const std::size_t code = ZSTD_decompressStream(stream_.get(), &out, &in);
        if (ZSTD_isError(code) != 0U) {
            return {0, false, "is damaged: ", ZSTD_getErrorName(code)};
        }
        // Called without input after the end of a frame, it asks for the next frame.
        if (in.pos > 0 || out.pos > 0) {
            ended_ = code == 0;
        }
        input = input.subspan(in.pos);
        return {out.pos, ended_};
    }

    Handle<ZSTD_DStream, ZSTD_freeDStream> stream_{ZSTD_createDStream()};
    bool ended_ = false;
};

}  // namespace

Compression compression_of(std::span<const std::byte> data) {
    const std::string_view first_bytes(
        reinterpret_cast<const char*>(data.data()), std::min(data.size(), magic_size)
    );
    if (first_bytes.starts_with("\x1F\x8B")) {
        return Compression::gzip;
    }
    if (first_bytes.starts_with(std::string_view("\xFD\x37zXZ\0", 6))) {
        return Compression::xz;
    }
    // The first byte of a skippable frame is any of sixteen.
    const bool skippable = !first_bytes.empty() &&
                           (static_cast<unsigned char>(first_bytes.front()) & 0xF0U) == 0x50U &&
                           first_bytes.substr(1).starts_with("\x2A\x4D\x18");
    return skippable || first_bytes.starts_with("\x28\xB5\x2F\xFD") ? Compression::zstd
                                                                    : Compression::none;
}

Result<std::size_t>
StreamDecoder::decode(std::span<const std::byte>& input, std::span<std::byte> room, bool last) {
    auto outcome = decode_some(input, room, last);
    if (last && input.empty() && outcome.produced == 0 && !outcome.complete) {
        outcome.problem = outcome.problem == nullptr ? "is cut off" : outcome.problem;
    }
    if (outcome.problem == nullptr) {
        return outcome.produced;
    }
    return failure(
        outcome.problem == no_memory ? ErrorCode::io : ErrorCode::mismatch,
        compose("the {} data {}{}", kind_, outcome.problem, outcome.detail)
    );
}

std::unique_ptr<StreamDecoder> decoder_for(Compression compression) {
    switch (compression) {
    case Compression::gzip:
        return std::make_unique<GzipDecoder>();
    case Compression::xz:
        return std::make_unique<XzDecoder>();
    case Compression::zstd:
        return std::make_unique<ZstdDecoder>();
    case Compression::none:
        break;
    }
    return nullptr;
}

}  // namespace onload_node
