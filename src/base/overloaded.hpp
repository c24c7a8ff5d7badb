// SPDX-License-Identifier: BSD-2-Clause
#pragma once

namespace onload_node {

/// One lambda per alternative of a variant: `std::visit(Overloaded{...}, value)`.
template <typename... Functions>
struct Overloaded : Functions... {
    using Functions::operator()...;
};

template <typename... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

}  // namespace onload_node
