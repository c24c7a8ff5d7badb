// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>

namespace onload_node {

/// Sets the STATUS line of our unit; does nothing when systemd has not started us.
void notify_status(const std::string& text);

/// Tells systemd that our unit has done its work.
void notify_ready();

}  // namespace onload_node
