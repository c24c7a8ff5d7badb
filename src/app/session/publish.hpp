// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "app/session/node.hpp"
#include "core/reporting/report.hpp"

namespace onload_node {

/// Tells everybody what the node is now: the journal, systemd's STATUS line, the status file, the
/// node labels. What cannot be told is said in the journal, and the rest goes on. Returns the exit
/// status that the report stands for.
int publish(const Report& report, const PublishConfig& config, Node& node);

}  // namespace onload_node
