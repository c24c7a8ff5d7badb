// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace onload_node {

/// Longest name the kernel takes for a network interface (IFNAMSIZ less the terminating zero).
inline constexpr std::size_t max_interface_name_length = 15;

/// A name we may give to a network interface.
class InterfaceName {
public:
    /// Refuses what the kernel or udev would refuse, and "ethN": the kernel may give such a name to
    /// another card (systemd.link(5), Name=).
    [[nodiscard]] static Result<InterfaceName> parse(std::string_view text);

    [[nodiscard]] const std::string& str() const { return text_; }

    auto operator<=>(const InterfaceName&) const = default;

private:
    explicit InterfaceName(std::string_view text) : text_(text) {}

    std::string text_;
};

/// A 48-bit Ethernet address.
struct MacAddress {
    std::array<std::uint8_t, 6> octets{};

    auto operator<=>(const MacAddress&) const = default;

    /// Reads "00:0f:53:01:02:03"; either case, ':' or '-' between the octets.
    [[nodiscard]] static Result<MacAddress> parse(std::string_view text);

    /// Lower case with colons, as sysfs writes it.
    [[nodiscard]] std::string to_string() const;
};

/// The name of a kernel module as the kernel spells it: '-' is always '_'.
class ModuleName {
public:
    [[nodiscard]] static Result<ModuleName> parse(std::string_view text);

    [[nodiscard]] const std::string& str() const { return text_; }

    auto operator<=>(const ModuleName&) const = default;

private:
    explicit ModuleName(std::string text) : text_(std::move(text)) {}

    std::string text_;
};

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
