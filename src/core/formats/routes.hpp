// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string_view>
#include <vector>

namespace onload_node {

/// The interfaces with a default route: of /proc/net/route and of /proc/net/ipv6_route, which the
/// kernel makes in net/ipv4/fib_trie.c and net/ipv6/route.c. They point into the text.
[[nodiscard]] std::vector<std::string_view> default_routes(std::string_view text);
[[nodiscard]] std::vector<std::string_view> default_routes_6(std::string_view text);

}  // namespace onload_node
