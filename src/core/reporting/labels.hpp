// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/reporting/report.hpp"

#include <string>

namespace onload_node {

/// The node labels for NFD's local source: one "NAME=VALUE" per line. Labels are hints for
/// scheduling and alerts; the status has the truth.
///
/// `feature.node.kubernetes.io/onload-node.` + `state`, `ready` ("true" when pods can use Onload),
/// and, while they are loaded out of tree, `sfc-version` and `onload-version`.
[[nodiscard]] std::string label_file_content(const Report& report);

}  // namespace onload_node
