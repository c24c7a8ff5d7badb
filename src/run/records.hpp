// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"
#include "core/reporting/report.hpp"
#include "run/execute.hpp"

#include <map>

namespace onload_node {

/// What onload-node itself loaded in this boot (/run/onload-node/loaded.toml); empty if there is no
/// readable record.
[[nodiscard]] std::map<ModuleName, LoadRecord> read_load_records(const Files& files);

/// Adds or replaces the record of one module.
[[nodiscard]] Result<void> record_load(Files& files, const LoadModule& step);

/// Reads the names of the ports into `observed.remembered`. If it cannot, `observed.names_problem`
/// says why; it takes nothing from a damaged record.
void read_name_record(Observed& observed, const Files& files);

/// Reads paths::clock_record into the observed node. One that cannot be read counts as none: the
/// clock is then kept as it is.
void read_clock_fallback(Observed& observed, const Files& files);

[[nodiscard]] Result<void> write_clock_fallback(Files& files, const ClockFallback& record);

/// Reads paths::reach_file. Takes nothing from a damaged record: it only tells what to expect.
[[nodiscard]] Reach read_reach(const Files& files);

[[nodiscard]] Result<void> write_reach(Files& files, const Reach& reach);

/// Converts what an execution met into the record for the report.
[[nodiscard]] RunRecord to_record(const ExecutionReport& execution, const std::string& boot_id);

/// The record of the last apply in this boot (/run/onload-node/last-run.toml); empty if there is
/// none.
[[nodiscard]] RunRecord read_run_record(const Files& files);

[[nodiscard]] Result<void> write_run_record(Files& files, const RunRecord& record);

}  // namespace onload_node
