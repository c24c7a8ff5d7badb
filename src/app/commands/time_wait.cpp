// SPDX-License-Identifier: BSD-2-Clause
#include "app/commands/commands.hpp"
#include "app/session/node.hpp"

#include <thread>

namespace onload_node {

namespace {

/// As long as chrony-wait.service waits for chronyd.
constexpr int longest_wait = 180;

}  // namespace

Result<int> time_wait(const Command& /*command*/) {
    Node node;
    for (int second = 0; second < longest_wait; ++second) {
        const auto facts = TRY(node.sensors().host.facts());
        if (facts.synchronised) {
            return 0;
        }
        std::this_thread::sleep_for(std::chrono::seconds(1));
    }
    return failure(
        ErrorCode::timeout,
        "no daemon has synchronised the clock within 180 s; the boot goes on without"
    );
}

}  // namespace onload_node
