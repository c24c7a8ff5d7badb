// SPDX-License-Identifier: BSD-2-Clause
#include "system/compression/stream_decoders.hpp"

#include "base/handle.hpp"
#include "system/compression/decoder_memory.hpp"

#include <algorithm>
#include <string>

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

namespace onload_node {

namespace {

/// How much zlib is handed at once: it counts in 32 bits.
constexpr std::size_t largest_piece = std::size_t{1} << 30U;
constexpr int gzip_window = 15 + 16;

tl::unexpected<Error> damaged(const char* kind) {
    return failure(
        ErrorCode::mismatch,
        std::string("the ") + kind + " data is damaged, or needs too much memory"
    );
}

class GzipDecoder final : public StreamDecoder {
public:
    GzipDecoder() : usable_(inflateInit2(&stream_, gzip_window) == Z_OK) {}

    GzipDecoder(const GzipDecoder&) = delete;
    GzipDecoder& operator=(const GzipDecoder&) = delete;
    GzipDecoder(GzipDecoder&&) = delete;
    GzipDecoder& operator=(GzipDecoder&&) = delete;

    ~GzipDecoder() override { inflateEnd(&stream_); }

    Result<std::size_t>
    decode(std::span<const std::byte>& input, std::span<std::byte> room, bool /*last*/) override {
        if (!usable_) {
            return failure(ErrorCode::io, "out of memory while unpacking gzip data");
        }
        if (input.empty()) {
            return std::size_t{0};
        }
        if (ended_) {
            inflateReset(&stream_);
            ended_ = false;
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
        if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
            return damaged("gzip");
        }
        ended_ = code == Z_STREAM_END;
        return space - stream_.avail_out;
    }

    [[nodiscard]] bool complete() const override { return ended_; }

private:
    z_stream stream_{};
    bool usable_ = false;
    bool ended_ = false;
};

class XzDecoder final : public StreamDecoder {
public:
    XzDecoder()
        : usable_(lzma_stream_decoder(&stream_, max_decoder_memory, LZMA_CONCATENATED) == LZMA_OK) {
    }

    XzDecoder(const XzDecoder&) = delete;
    XzDecoder& operator=(const XzDecoder&) = delete;
    XzDecoder(XzDecoder&&) = delete;
    XzDecoder& operator=(XzDecoder&&) = delete;

    ~XzDecoder() override { lzma_end(&stream_); }

    Result<std::size_t>
    decode(std::span<const std::byte>& input, std::span<std::byte> room, bool last) override {
        if (!usable_) {
            return failure(ErrorCode::io, "out of memory while unpacking xz data");
        }
        if (ended_) {
            return input.empty() ? Result<std::size_t>(0) : damaged("xz");
        }
        stream_.next_in = reinterpret_cast<const std::uint8_t*>(input.data());
        stream_.avail_in = input.size();
        stream_.next_out = reinterpret_cast<std::uint8_t*>(room.data());
        stream_.avail_out = room.size();
        const lzma_ret code = lzma_code(&stream_, last ? LZMA_FINISH : LZMA_RUN);
        input = input.subspan(input.size() - stream_.avail_in);
        // LZMA_BUF_ERROR: it cannot go on; that is told as "cut off" when nothing follows.
        if (code != LZMA_OK && code != LZMA_STREAM_END && code != LZMA_BUF_ERROR) {
            return damaged("xz");
        }
        ended_ = code == LZMA_STREAM_END;
        return room.size() - stream_.avail_out;
    }

    [[nodiscard]] bool complete() const override { return ended_; }

private:
    lzma_stream stream_ = LZMA_STREAM_INIT;
    bool usable_ = false;
    bool ended_ = false;
};

class ZstdDecoder final : public StreamDecoder {
public:
    Result<std::size_t>
    decode(std::span<const std::byte>& input, std::span<std::byte> room, bool /*last*/) override {
        if (!stream_) {
            return failure(ErrorCode::io, "out of memory while unpacking zstd data");
        }
        ZSTD_inBuffer in{input.data(), input.size(), 0};
        ZSTD_outBuffer out{room.data(), room.size(), 0};
        const std::size_t code = ZSTD_decompressStream(stream_.get(), &out, &in);
        if (ZSTD_isError(code) != 0U) {
            return damaged("zstd");
        }
        // Called once more after the end of a frame, without input, it asks for the next frame.
        if (in.pos > 0 || out.pos > 0) {
            ended_ = code == 0;
        }
        input = input.subspan(in.pos);
        return out.pos;
    }

    [[nodiscard]] bool complete() const override { return ended_; }

private:
    Handle<ZSTD_DStream, ZSTD_freeDStream> stream_{ZSTD_createDStream()};
    bool ended_ = false;
};

}  // namespace

Result<std::unique_ptr<StreamDecoder>> decoder_for(std::string_view first_bytes) {
    if (first_bytes.starts_with("\x1F\x8B")) {
        return std::make_unique<GzipDecoder>();
    }
    if (first_bytes.starts_with(std::string_view("\xFD\x37zXZ\0", 6))) {
        return std::make_unique<XzDecoder>();
    }
    if (first_bytes.starts_with("\x28\xB5\x2F\xFD")) {
        return std::make_unique<ZstdDecoder>();
    }
    if (first_bytes.starts_with("BZh")) {
        return failure(ErrorCode::mismatch, "bzip2 is not read; gzip, xz and zstd are");
    }
    return nullptr;
}

}  // namespace onload_node
