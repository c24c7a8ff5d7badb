// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <variant>

namespace onload_node {

/// One lambda per alternative of a variant: `match(Overloaded{...}, value)`.
template <typename... Functions>
struct Overloaded : Functions... {
    using Functions::operator()...;
};

template <typename... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

/// Calls the visitor with the alternative that the variant holds, as std::visit does. That makes a
/// function of each alternative and a table of their addresses; this is one function.
template <std::size_t First = 0, typename Visitor, typename Variant>
auto match(const Visitor& visitor, const Variant& variant) {
    if constexpr (First + 1 < std::variant_size_v<Variant>) {
        if (variant.index() != First) {
            return match<First + 1>(visitor, variant);
        }
    }
    return visitor(*std::get_if<First>(&variant));
}

}  // namespace onload_node
