// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/reporting/report.hpp"
#include "core/verifying/verify.hpp"

#include <string>

namespace onload_node {

/// The plan for people: one line per step, with its reason. `colour` adds terminal escapes.
[[nodiscard]] std::string plan_text(const Plan& plan, bool colour);

[[nodiscard]] std::string plan_json(const Plan& plan);

/// The report for people: the sentence, then modules, ports, clock.
[[nodiscard]] std::string status_text(const Report& report, bool colour);

/// The checks for people, one line each.
[[nodiscard]] std::string verify_text(const std::vector<Check>& checks, bool colour);

/// The checks as schema 1 of `verify --json`.
[[nodiscard]] std::string verify_json(const std::vector<Check>& checks, const std::string& kernel);

/// "onload-node VERSION".
[[nodiscard]] std::string version_text();

/// The report as status schema 1.
[[nodiscard]] std::string status_json(const Report& report);

}  // namespace onload_node
