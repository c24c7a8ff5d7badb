// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <memory>
#include <span>

namespace onload_node {

/// What is read. Whatever else packs data counts as none.
enum class Compression { none, gzip, xz, zstd };

/// So many of its first bytes tell how data is compressed.
inline constexpr std::size_t magic_size = 6;

/// `data` has the first bytes; more do no harm. A skippable frame counts as zstd: pzstd and
/// seekable archives begin with one.
[[nodiscard]] Compression compression_of(std::span<const std::byte> data);

/// Unpacks data piece by piece. Several streams of the same kind, one after the other, count as
/// one. What stands behind the end is ignored where the format's own tool does so without a word:
/// frames without content for zstd, padding of zero bytes for gzip and xz.
class StreamDecoder {
public:
    StreamDecoder(const StreamDecoder&) = delete;
    StreamDecoder& operator=(const StreamDecoder&) = delete;
    StreamDecoder(StreamDecoder&&) = delete;
    StreamDecoder& operator=(StreamDecoder&&) = delete;
    virtual ~StreamDecoder() = default;

    /// Removes what it has used from the front of `input`, fills the front of `room` and returns
    /// how many bytes came out. `last` says that no input follows: with none left, 0 is the end.
    /// ErrorCode::mismatch: the data is damaged, cut off, or needs too much memory.
    [[nodiscard]] Result<std::size_t>
    decode(std::span<const std::byte>& input, std::span<std::byte> room, bool last);

protected:
    /// `kind` is for messages.
    explicit StreamDecoder(const char* kind) : kind_(kind) {}

    /// What one call has come to. `problem` completes "the gzip data ...", null when there is none.
    struct Outcome {
        std::size_t produced = 0;
        bool complete = false;  ///< no stream is in its middle
        const char* problem = nullptr;
        const char* detail = "";
    };

private:
    [[nodiscard]] virtual Outcome
    decode_some(std::span<const std::byte>& input, std::span<std::byte> room, bool last) = 0;

    const char* kind_;
};

/// Null for Compression::none.
[[nodiscard]] std::unique_ptr<StreamDecoder> decoder_for(Compression compression);

}  // namespace onload_node
