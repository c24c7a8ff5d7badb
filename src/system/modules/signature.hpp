// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/observed.hpp"

#include <cstddef>
#include <span>

namespace onload_node {

/// The signature that is appended to an uncompressed module. It is read, not verified: only the
/// kernel has the keys.
[[nodiscard]] ModuleSignature read_signature(std::span<const std::byte> module);

}  // namespace onload_node
