// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"
#include "core/reporting/report.hpp"
#include "run/execute.hpp"

namespace onload_node {

/// Converts what an execution met into the record for the report.
[[nodiscard]] RunRecord to_record(const ExecutionReport& execution, const std::string& boot_id);

/// The record of the last apply in this boot (/run/onload-node/last-run.toml); empty if there is
/// none.
[[nodiscard]] RunRecord read_run_record(const Files& files);

[[nodiscard]] Result<void> write_run_record(Files& files, const RunRecord& record);

}  // namespace onload_node
