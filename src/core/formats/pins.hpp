// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace onload_node {

/// Path below lib/modules/ and digest (64 lower-case hexadecimal digits) of each pinned file. A
/// file that is listed twice has to match both digests.
using Pins = std::vector<std::pair<std::string, std::string>>;

/// Reads what `sha256sum` writes, with --binary, --tag and --zero, too, and what BSD's sha256
/// writes: "DIGEST  PATH", "DIGEST *PATH", "SHA256 (PATH) = DIGEST". A backslash in
/// front of a line says that its path is escaped. Lines may end as on Windows. Skips blank lines
/// and lines that begin with '#'. The message of ErrorCode::config begins with FILE:LINE, FILE
/// being `file`.
[[nodiscard]] Result<Pins> parse_pins(std::string_view text, const std::string& file);

}  // namespace onload_node
