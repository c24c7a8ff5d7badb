// SPDX-License-Identifier: BSD-2-Clause
#include "system/systemd/notify.hpp"

#include <algorithm>

#include <systemd/sd-daemon.h>

namespace onload_node {

// A status that cannot be sent is no reason to stop what it tells about: the results are not looked
// at.

void notify_status(const std::string& text) {
    std::string line = "STATUS=" + text;
    // The protocol has one assignment to a line.
    std::replace(line.begin(), line.end(), '\n', ' ');
    static_cast<void>(sd_notify(0, line.c_str()));
}

void notify_ready() {
    static_cast<void>(sd_notify(0, "READY=1"));
}

}  // namespace onload_node
