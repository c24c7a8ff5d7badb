// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/config.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace onload_node {

/// The outcome of work that ran in a child process.
struct ChildOutcome {
    enum class End {
        returned,  ///< the work ended and returned `value`
        hung,      ///< the work had not ended at the limit; the child is left running
        died,      ///< it ended without an answer: the kernel killed it, for example by an oops
    };
    End end = End::died;
    int value = 0;           ///< 0 to 255
    std::string bytes = {};  ///< what the work wrote, as far as it came
    pid_t pid = -1;
};

/// What a child does. `index` counts the children from 0; what is written to `out` comes back. It
/// must do nothing but talk to the kernel: its changes to memory are lost.
using ChildWork = std::function<int(std::size_t index, int out)>;

/// Runs the work in so many child processes, all at the same time, and waits for them at most
/// `limit`. It is for kernel calls that may never return: such a child stays behind in
/// uninterruptible sleep, and we go on. A child has none of our descriptors, so it holds no lock.
/// It is killed when we end. One that cannot be started counts as returned with an errno value.
[[nodiscard]] std::vector<ChildOutcome>
run_in_children(std::size_t count, const ChildWork& work, Milliseconds limit);

/// The same with one child.
[[nodiscard]] ChildOutcome
run_in_child(const std::function<int(int out)>& work, Milliseconds limit);

}  // namespace onload_node
