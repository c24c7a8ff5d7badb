// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string_view>

namespace onload_node {

/// True when a module alias ("pci:v00001924d*sv*...") claims a device's modalias. The patterns are
/// those of depmod: '*' any text, '?' one character, '[abc]' and '[a-c]' one of these.
[[nodiscard]] bool alias_claims(std::string_view alias, std::string_view modalias);

}  // namespace onload_node
