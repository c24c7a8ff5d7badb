// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace onload_node {

/// A 48-bit Ethernet address.
struct MacAddress {
    std::array<std::uint8_t, 6> octets{};

    auto operator<=>(const MacAddress&) const = default;

    /// Reads "00:0f:53:01:02:03"; either case, ':' or '-' between the octets.
    [[nodiscard]] static Result<MacAddress> parse(std::string_view text);

    /// Lower case with colons, as sysfs writes it.
    [[nodiscard]] std::string to_string() const;
};

}  // namespace onload_node
