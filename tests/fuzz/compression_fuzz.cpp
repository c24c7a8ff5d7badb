// SPDX-License-Identifier: BSD-2-Clause
// Packed modules, symvers and archives of images: they are unpacked, or said to be damaged, alike
// whether they come whole or in pieces. The first byte says how large these are.
#include "system/compression/decompress.hpp"
#include "system/compression/stream_decoders.hpp"
#include "target.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <vector>

using namespace onload_node;

namespace {

using Bytes = std::vector<std::byte>;

/// No input of a fuzzer is worth more.
constexpr std::size_t most = std::size_t{1} << 20;

/// Empty if the bytes are damaged.
std::optional<Bytes> in_pieces(const Bytes& packed, StreamDecoder& decoder, std::size_t piece) {
    Bytes unpacked;
    std::array<std::byte, 777> room{};
    std::span<const std::byte> rest = packed;
    std::span<const std::byte> input;
    while (unpacked.size() <= most) {
        if (input.empty()) {
            input = rest.first(std::min(piece, rest.size()));
            rest = rest.subspan(input.size());
        }
        const auto count = decoder.decode(input, room, rest.empty());
        if (!count) {
            return std::nullopt;
        }
        unpacked.insert(unpacked.end(), room.begin(), room.begin() + static_cast<long>(*count));
        if (*count == 0 && input.empty() && rest.empty()) {
            return unpacked;
        }
    }
    return std::nullopt;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    const auto view = std::as_bytes(std::span(data + 1, size - 1));
    const Bytes packed(view.begin(), view.end());
    const auto whole = decompress(packed, most);
    const auto decoder = decoder_for(compression_of(packed));
    if (decoder == nullptr) {
        fuzz::require(whole && *whole == packed);
        return 0;
    }
    const auto pieces = in_pieces(packed, *decoder, 1U + data[0]);
    // Of a frame without content libzstd does not compare the size that it tells, in pieces.
    const bool zstd = compression_of(packed) == Compression::zstd;
    fuzz::require(whole ? pieces == *whole : zstd || !pieces);
    return 0;
}
