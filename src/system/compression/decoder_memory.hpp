// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/sizes.hpp"

#include <cstdint>

namespace onload_node {

/// What a decoder may have, in bytes. Enough for "xz -9" and "zstd --ultra -22"; a stream that asks
/// for more is not a module that anybody built.
inline constexpr std::uint64_t max_decoder_memory = 128 * mebibyte;

}  // namespace onload_node
