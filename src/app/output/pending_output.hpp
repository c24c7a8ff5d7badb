// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/pending_kernel.hpp"
#include "core/verifying/verify.hpp"

#include <string>
#include <vector>

namespace onload_node {

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

}  // namespace onload_node
