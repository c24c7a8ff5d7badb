// SPDX-License-Identifier: BSD-2-Clause
#include "system/files/byte_streams.hpp"

#include "base/handle.hpp"
#include "base/text.hpp"
#include "system/compression/stream_decoders.hpp"
#include "system/processes/end_request.hpp"
#include "system/system_error.hpp"

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include <fcntl.h>

namespace onload_node {

namespace {

constexpr std::size_t buffer_size = std::size_t{64} * 1024;

class DescriptorStream final : public ByteStream {
public:
    DescriptorStream(UniqueFd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}

    Result<std::size_t> read(std::span<std::byte> room) override {
        for (;;) {
            if (begun_.told_to_end()) {
                return failure(ErrorCode::io, "told to end while reading " + name_);
            }
            const ssize_t count = ::read(fd_.get(), room.data(), room.size());
            if (count >= 0) {
                return static_cast<std::size_t>(count);
            }
            if (errno != EINTR) {
                return errno_failure("cannot read " + name_, errno);
            }
        }
    }

private:
    UniqueFd fd_;
    std::string name_;
    SinceThen begun_;
};

/// What a decoder makes of another stream.
class DecodedStream final : public ByteStream {
public:
    DecodedStream(
        std::unique_ptr<ByteStream> packed, std::unique_ptr<StreamDecoder> decoder, std::string name
    )
        : packed_(std::move(packed)), decoder_(std::move(decoder)), name_(std::move(name)) {}

    Result<std::size_t> read(std::span<std::byte> room) override {
        for (;;) {
            TRY(fill());
            auto produced = decoder_->decode(input_, room, ended_);
            if (!produced) {
                return failure(name_, produced.error());
            }
            if (*produced > 0 || (ended_ && input_.empty())) {
                return produced;
            }
        }
    }

private:
    Result<void> fill() {
        if (!input_.empty() || ended_) {
            return {};
        }
        const auto count = TRY(packed_->read(buffer_));
        input_ = std::span(buffer_).first(count);
        ended_ = count == 0;
        return {};
    }

    std::unique_ptr<ByteStream> packed_;
    std::unique_ptr<StreamDecoder> decoder_;
    std::string name_;
    std::array<std::byte, buffer_size> buffer_{};
    std::span<const std::byte> input_;
    bool ended_ = false;
};

/// What packs files otherwise, and how such a file begins.
struct OtherPacker {
    std::string_view name;
    std::string_view magic;
};

constexpr OtherPacker other_packers[] = {
    {"bzip2", "BZh"},
    {"lz4", "\x04\x22\x4D\x18"},
    {"lzip", "LZIP"},
    {"lzma", std::string_view("\x5D\0\0", 3)},
    {"lzop", "\x89LZO"},
    {"compress", "\x1F\x9D"},
    {"zip", "PK\x03\x04"},
};

/// The position in the file stays where it is.
Result<Compression> compression_of_file(int fd) {
    std::array<std::byte, magic_size> room{};
    const ssize_t count = ::pread(fd, room.data(), room.size(), 0);
    const auto bytes = std::span(room).first(count > 0 ? static_cast<std::size_t>(count) : 0);
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    for (const auto& other : other_packers) {
        if (text.starts_with(other.magic)) {
            return failure(
                ErrorCode::mismatch, compose("{} is not read; gzip, xz and zstd are", other.name)
            );
        }
    }
    return compression_of(bytes);
}

}  // namespace

std::unique_ptr<ByteStream> descriptor_stream(int fd, std::string name) {
    return std::make_unique<DescriptorStream>(UniqueFd(fd), std::move(name));
}

Result<std::unique_ptr<ByteStream>> open_unpacked(const std::string& path) {
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd.valid()) {
        return errno_failure("cannot read " + path, errno);
    }
    const auto compression = TRY(compression_of_file(fd.get()));
    auto decoder = decoder_for(compression);
    auto stream = descriptor_stream(fd.release(), path);
    if (decoder == nullptr) {
        return stream;
    }
    return std::make_unique<DecodedStream>(std::move(stream), std::move(decoder), path);
}

}  // namespace onload_node
