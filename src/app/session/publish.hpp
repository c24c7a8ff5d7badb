// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "app/session/node.hpp"
#include "core/reporting/report.hpp"

namespace onload_node {

/// Publishes the report: to the journal, systemd's STATUS line, the status file, the node labels
/// and the CDI spec. A failure is noted in the journal and does not stop the rest. Returns the
/// report's exit status.
int publish(Report report, const PublishConfig& config, Node& node);

}  // namespace onload_node
