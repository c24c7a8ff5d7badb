// SPDX-License-Identifier: BSD-2-Clause
#include "system/compression/decompress.hpp"

#include "base/sizes.hpp"
#include "base/text.hpp"
#include "system/compression/stream_decoders.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

namespace onload_node {

namespace {

using Bytes = std::vector<std::byte>;

/// What comes out of a decoder: grows by doubling, up to one byte more than the limit allows.
class Output final {
public:
    Output(std::size_t expected, std::size_t limit)
        : limit_(limit), bytes_(std::min(std::max(expected, mebibyte), limit + 1)) {}

    std::span<std::byte> room() {
        if (filled_ == bytes_.size()) {
            bytes_.resize(std::min(bytes_.size() * 2, limit_ + 1));
        }
        return std::span(bytes_).subspan(filled_);
    }

    Result<void> add(std::size_t count) {
        filled_ += count;
        return filled_ <= limit_
                   ? Result<void>()
                   : failure(
                         ErrorCode::mismatch,
                         compose(
                             "it would decompress to more than {} bytes", std::to_string(limit_)
                         )
                     );
    }

    Bytes take() {
        bytes_.resize(filled_);
        return std::move(bytes_);
    }

private:
    std::size_t limit_;
    Bytes bytes_;
    std::size_t filled_ = 0;
};

/// Four times the input: about what modules compress to, so that the buffer seldom grows.
std::size_t usual_expansion(std::size_t input) {
    return std::min(input, largest_decompressed / 4) * 4;
}

}  // namespace

Result<Bytes> decompress(Bytes bytes, std::size_t limit) {
    const auto decoder = decoder_for(compression_of(bytes));
    if (decoder == nullptr) {
        return bytes;
    }
    std::span<const std::byte> input = bytes;
    Output output(usual_expansion(input.size()), limit);
    for (;;) {
        const auto count = TRY(decoder->decode(input, output.room(), true));
        if (count == 0 && input.empty()) {
            return output.take();
        }
        TRY(output.add(count));
    }
}

}  // namespace onload_node
