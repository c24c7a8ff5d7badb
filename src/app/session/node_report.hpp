// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "app/cli/cli.hpp"
#include "app/session/node.hpp"
#include "core/reporting/report.hpp"

namespace onload_node {

/// Judges the node as it was observed; the record of the last run explains.
[[nodiscard]] Report report_now(const Config& config, const Observed& observed, const Files& files);

/// The report of a node with a bad configuration: looked at with the built-in one.
[[nodiscard]] Result<Report> report_bad_config(Node& node, const Error& error);

/// Looks at the node and judges it, whatever the configuration is.
[[nodiscard]] Result<Report> report_on(Node& node, const Command& command);

}  // namespace onload_node
