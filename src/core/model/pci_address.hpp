// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace onload_node {

/// The address of one PCI function: domain:bus:device.function.
struct PciAddress {
    std::uint32_t domain = 0;
    std::uint8_t bus = 0;
    std::uint8_t device = 0;    ///< 0..31
    std::uint8_t function = 0;  ///< 0..7

    auto operator<=>(const PciAddress&) const = default;

    /// Reads "0000:3b:00.0", or "3b:00.0" in domain 0, as lspci and the kernel write it.
    [[nodiscard]] static Result<PciAddress> parse(std::string_view text);

    /// The kernel's spelling, "0000:3b:00.0".
    [[nodiscard]] std::string to_string() const;
};

}  // namespace onload_node
