// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "app/cli/cli.hpp"
#include "app/session/node.hpp"
#include "core/reporting/report.hpp"

namespace onload_node {

/// Judges the node as observed; the record of the last run adds explanations.
[[nodiscard]] Report report_now(const Config& config, const Observed& observed, const Files& files);

/// Adds a note to the report where kubelet is held back in this boot.
void tell_of_kubelet(Report& report, const Files& files);

/// The report of a node with a bad configuration. Observes the node with the defaults.
[[nodiscard]] Result<Report> report_bad_config(Node& node, const Error& error);

/// Observes the node and judges it, with a good or a bad configuration.
[[nodiscard]] Result<Report> report_on(Node& node, const Command& command);

}  // namespace onload_node
