// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace onload_node {

/// Unpacks data piece by piece. Several streams of one kind in a row are one.
class StreamDecoder {
public:
    StreamDecoder() = default;
    StreamDecoder(const StreamDecoder&) = delete;
    StreamDecoder& operator=(const StreamDecoder&) = delete;
    StreamDecoder(StreamDecoder&&) = delete;
    StreamDecoder& operator=(StreamDecoder&&) = delete;
    virtual ~StreamDecoder() = default;

    /// Takes what it can off the begin of `input` and fills the begin of `room`; how many bytes
    /// came out. `last`: no input follows. ErrorCode::mismatch: the data is damaged.
    [[nodiscard]] virtual Result<std::size_t>
    decode(std::span<const std::byte>& input, std::span<std::byte> room, bool last) = 0;

    /// False in the middle of a stream.
    [[nodiscard]] virtual bool complete() const = 0;
};

/// The decoder for data that begins so: gzip, xz or zstd; none when it is nothing of these.
[[nodiscard]] Result<std::unique_ptr<StreamDecoder>> decoder_for(std::string_view first_bytes);

}  // namespace onload_node
