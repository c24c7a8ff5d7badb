// SPDX-License-Identifier: BSD-2-Clause
#include "system/files/byte_streams.hpp"

#include "base/unique_fd.hpp"
#include "system/compression/stream_decoders.hpp"
#include "system/system_error.hpp"

#include <array>
#include <cerrno>
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
            if (*produced > 0) {
                return produced;
            }
            if (ended_ && input_.empty()) {
                return at_end();
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

    Result<std::size_t> at_end() {
        if (!decoder_->complete()) {
            return failure(ErrorCode::mismatch, name_ + ": the compressed data is cut off");
        }
        return std::size_t{0};
    }

    std::unique_ptr<ByteStream> packed_;
    std::unique_ptr<StreamDecoder> decoder_;
    std::string name_;
    std::array<std::byte, buffer_size> buffer_{};
    std::span<const std::byte> input_;
    bool ended_ = false;
};

/// The first bytes of a file, which is then at its begin again.
std::string first_bytes(int fd) {
    std::array<char, 6> bytes{};
    const ssize_t count = ::pread(fd, bytes.data(), bytes.size(), 0);
    return {bytes.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
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
    auto decoder = decoder_for(first_bytes(fd.get()));
    std::unique_ptr<ByteStream> plain = descriptor_stream(fd.release(), path);
    if (!decoder) {
        return tl::unexpected(decoder.error());
    }
    if (*decoder == nullptr) {
        return plain;
    }
    return std::make_unique<DecodedStream>(std::move(plain), std::move(*decoder), path);
}

}  // namespace onload_node
