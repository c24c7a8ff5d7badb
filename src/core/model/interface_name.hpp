// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <compare>
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

}  // namespace onload_node
