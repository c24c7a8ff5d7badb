// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/config.hpp"

#include <functional>
#include <vector>

namespace onload_node {

/// The outcome of work that ran in a child process.
struct ChildOutcome {
    enum class End {
        returned,  ///< the work ended and returned `value`
        hung,      ///< the work had not ended at the limit; the child is left running
        died,      ///< it ended without an answer: the kernel killed it, for example by an oops
    };
    End end = End::died;
    int value = 0;
};

/// Runs each piece of work in its own child process, all at the same time, and waits for them at
/// most `limit`. It is for kernel calls that may never return: such a child stays behind in
/// uninterruptible sleep, and we go on. The work must do nothing but call the kernel; its changes
/// to memory are lost. A child that cannot be started counts as returned with an errno value.
[[nodiscard]] std::vector<ChildOutcome>
run_in_children(const std::vector<std::function<int()>>& work, Milliseconds limit);

}  // namespace onload_node
