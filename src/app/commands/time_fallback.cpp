// SPDX-License-Identifier: BSD-2-Clause
#include "app/commands/commands.hpp"
#include "app/config/config_file.hpp"
#include "app/session/clock.hpp"

namespace onload_node {

/// Acts only on the clock; the rest of the plan waits for the next boot.
Result<int> time_fallback(const Command& command) {
    return change_clock("time-fallback", config_or_default(command), ClockRequest::give_back);
}

}  // namespace onload_node
