// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/observed.hpp"
#include "core/reporting/report.hpp"

#include <string>
#include <vector>

namespace onload_node {

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

}  // namespace onload_node
