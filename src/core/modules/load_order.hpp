// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/observed.hpp"

#include <string_view>
#include <vector>

namespace onload_node {

/// The modules that have to be loaded, dependencies first. Staged modules take precedence over the
/// kernel's own.
struct LoadOrder {
    std::vector<const ModuleFile*> modules;  ///< point into the Observed they came from
};

/// Orders `roots` and all they depend on. ErrorCode::not_found names the module, what needs it and
/// where it was looked for; ErrorCode::mismatch names a file that cannot be used.
[[nodiscard]] Result<LoadOrder>
load_order(const std::vector<ModuleName>& roots, const Observed& observed);

/// The module `root` and its dependencies, all of them in-tree: the way back.
[[nodiscard]] Result<LoadOrder> in_tree_order(const ModuleName& root, const Observed& observed);

/// True if the module has a driver for the function.
[[nodiscard]] bool claims(const ModuleFile& module, const NetworkFunction& function);

/// True if the function has no driver but the in-tree one would take it: it claims it
/// and has not refused it. If the modalias is unknown, assumes that it would.
[[nodiscard]] bool lacks_in_tree_driver(const NetworkFunction& function, const Observed& observed);

/// True if the in-tree driver is there and does not carry the function, although it claims it: its
/// probe has failed. Nobody may ask more of another driver, or of a way back.
[[nodiscard]] bool
refused_by_in_tree_driver(const NetworkFunction& function, const Observed& observed);

/// The order to unload `modules`: before each come the loaded modules that use it, directly or not.
[[nodiscard]] std::vector<ModuleName>
unload_order(const std::vector<ModuleName>& modules, const Observed& observed);

/// True when a module alias ("pci:v00001924d*sv*...") claims a device's modalias. The patterns are
/// those of depmod: '*' any text, '?' one character, '[abc]' and '[a-c]' one of these.
[[nodiscard]] bool alias_claims(std::string_view alias, std::string_view modalias);

}  // namespace onload_node
