// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/observed.hpp"

#include <vector>

namespace onload_node {

/// What has to be in the kernel, dependencies first: the staged tree is asked first, then the
/// kernel's own.
struct LoadOrder {
    std::vector<const ModuleFile*> modules;  ///< point into the Observed they came from
};

/// Orders `roots` and all they depend on. ErrorCode::not_found names the module, who needs it and
/// where it was looked for; ErrorCode::mismatch a file that cannot be used.
[[nodiscard]] Result<LoadOrder>
load_order(const std::vector<ModuleName>& roots, const Observed& observed);

/// The in-tree module `root` and what it needs, in-tree only: the way back.
[[nodiscard]] Result<LoadOrder> in_tree_order(const ModuleName& root, const Observed& observed);

/// True when no driver has the function and the in-tree one would take it; of a function that it
/// would not take either, nothing is to be expected. One whose modalias is not known gets the
/// benefit of the doubt.
[[nodiscard]] bool lacks_in_tree_driver(const NetworkFunction& function, const Observed& observed);

/// Loaded modules that use one of `modules`, directly or not, users first, `modules` themselves
/// last: the order to unload.
[[nodiscard]] std::vector<ModuleName>
unload_order(const std::vector<ModuleName>& modules, const Observed& observed);

}  // namespace onload_node
