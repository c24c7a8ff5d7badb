// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <span>

namespace onload_node {

/// Reads to the end through `buffer` and passes each piece to `sink`. Stops at the first failure of
/// either. `Reader` has the `read` of a ByteStream or of an EntrySource.
template <typename Reader, typename Sink>
Result<void> for_each_piece(Reader& reader, std::span<std::byte> buffer, Sink sink) {
    for (;;) {
        const auto count = reader.read(buffer);
        if (!count) {
            return tl::unexpected(count.error());
        }
        if (*count == 0) {
            return {};
        }
        if (Result<void> taken = sink(std::span<const std::byte>(buffer.first(*count))); !taken) {
            return taken;
        }
    }
}

}  // namespace onload_node
