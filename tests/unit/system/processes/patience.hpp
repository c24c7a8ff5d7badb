// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/config.hpp"

namespace onload_node::fixture {

/// How long a test waits for what is to happen, and what it calls "not for ever": a machine that
/// has much else to do is far below it.
constexpr Milliseconds patience(120000);

/// For tests in which one thing hangs and another must not: calls `attempt` with a longer limit
/// each time, until it says that the other was done within it. How fast a machine is must not
/// decide a test.
template <typename Attempt>
void with_growing_limit(Attempt attempt) {
    for (const int limit : {300, 3000, 30000}) {
        if (attempt(Milliseconds(limit))) {
            return;
        }
    }
}

}  // namespace onload_node::fixture
