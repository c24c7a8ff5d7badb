// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "app/inspect/cpu_placement.hpp"
#include "core/reporting/report.hpp"

#include <string>
#include <vector>

namespace onload_node {

/// What `status` tells of a node: the report, and what only a look of its own brings.
struct StatusView {
    Report report;
    std::vector<FunctionDetails> details = {};  ///< of each function of the report, in its order
    std::string next_kernel = {};  ///< of the next boot; "" if it is the running one, or unknown
    CpuPlacement cpus = {};
};

struct TextStyle {
    std::size_t width = 100;  ///< columns
    bool colour = false;      ///< with a terminal's escapes
};

/// One screen for people: the sentence, what to do next where something is wrong, then modules,
/// ports, clock, guard, kernels and processors.
[[nodiscard]] std::string status_text(const StatusView& view, const TextStyle& style);

/// Status schema 1, with what the view has beside the report.
[[nodiscard]] std::string status_json(const StatusView& view);

}  // namespace onload_node
