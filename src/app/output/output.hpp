// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/observed.hpp"
#include "core/model/pending_kernel.hpp"
#include "core/reporting/report.hpp"
#include "core/verifying/verify.hpp"

#include <string>
#include <vector>

namespace onload_node {

/// A plan, and the node that it is for.
struct PlanView {
    const Plan& plan;
    const Observed& observed;
    const Report& report;  ///< what the node is before any step
};

/// The plan for people: what the node is, what would change, what is refused and what to do about
/// it, then each step with its reason. `colour` adds terminal escapes.
[[nodiscard]] std::string plan_text(const PlanView& view, bool colour);

/// Schema 1 of `plan --json`.
[[nodiscard]] std::string plan_json(const PlanView& view);

/// The checks for people, one line each.
[[nodiscard]] std::string verify_text(const std::vector<Check>& checks, bool colour);

/// The checks as schema 1 of `verify --json`.
[[nodiscard]] std::string verify_json(const std::vector<Check>& checks, const std::string& kernel);

/// "onload-node VERSION".
[[nodiscard]] std::string version_text();

/// The report as status schema 1.
[[nodiscard]] std::string status_json(const Report& report);

/// A Solarflare function as `nics` shows it.
struct Nic {
    const NetworkFunction* function = nullptr;
    FunctionDetails details;
    const ChosenName* name = nullptr;  ///< its port's name; null if it is not ours
};

/// One line per function, followed by what does not fit into columns.
[[nodiscard]] std::string nics_text(const std::vector<Nic>& nics);

/// Schema 1 of `nics --json`.
[[nodiscard]] std::string nics_json(const std::vector<Nic>& nics);

/// The checks for people, below a line that names their kernel. `running` is the running kernel, ""
/// if there is none. `colour` adds terminal escapes.
[[nodiscard]] std::string pending_text(
    const std::vector<Check>& checks,
    const PendingKernel& next,
    const std::string& running,
    bool colour
);

/// Schema 1 of `verify --json`, with `pending` (false when the next boot runs the running kernel
/// again) and `told_by`.
[[nodiscard]] std::string pending_json(
    const std::vector<Check>& checks, const PendingKernel& next, const std::string& running
);

/// Schema 1 of `verify --json`, with `release` (what was given) and `modules` (the source whose
/// modules were checked; "" for what is staged). `kernel` is "" where it is not known.
[[nodiscard]] std::string release_json(
    const std::vector<Check>& checks,
    const std::string& kernel,
    std::string_view release,
    std::string_view modules
);

}  // namespace onload_node
