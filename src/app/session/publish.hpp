// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "app/session/node.hpp"
#include "core/reporting/report.hpp"

namespace onload_node {

/// When the journal is told what the node has come to.
enum class Telling {
    always,     ///< somebody has asked for a change
    if_changed  ///< units look by themselves, and often
};

/// Publishes the report: to the journal, the description of our unit, the status file, the node
/// labels and the CDI spec. A failure is noted in the journal and does not stop the rest. Returns
/// the report's exit status.
int publish(Report report, const PublishConfig& config, Node& node, Telling telling);

}  // namespace onload_node
