// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/config.hpp"

#include <functional>
#include <vector>

namespace onload_node {

/// What became of a piece of work that was given to a process of its own.
struct ChildOutcome {
    enum class End {
        returned,  ///< it came to its end; `value` is what it returned
        hung,      ///< not at its end when the limit had passed; it is left to itself
        died,      ///< ended without an answer: the kernel killed it, for an oops say
    };
    End end = End::died;
    int value = 0;
};

/// Runs each piece of work in a child process, all at the same time, and waits for them until
/// `limit`. For calls from which the kernel may never come back: the child then stays behind in
/// uninterruptible sleep, and we go on. The work must do nothing but calls to the kernel; what it
/// changes in memory is lost. A child that cannot be started counts as returned with an errno
/// value.
[[nodiscard]] std::vector<ChildOutcome>
run_in_children(const std::vector<std::function<int()>>& work, Milliseconds limit);

}  // namespace onload_node
