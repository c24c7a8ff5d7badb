// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <string_view>

namespace onload_node {

/// What a card's Vital Product Data says; fields that it lacks are empty.
struct Vpd {
    std::string part;    ///< PN
    std::string serial;  ///< SN
};

/// Reads the read-only part of VPD (PCI Local Bus Specification, appendix I). Bytes that are no VPD
/// give empty fields.
[[nodiscard]] Vpd parse_vpd(std::string_view bytes);

}  // namespace onload_node
