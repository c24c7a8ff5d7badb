// SPDX-License-Identifier: BSD-2-Clause
#include "core/modules/swap_scope.hpp"

#include "core/modules/identity.hpp"
#include "core/modules/load_order.hpp"

#include <algorithm>

namespace onload_node {

namespace {

template <typename T>
bool contains(const std::vector<T>& values, const T& value) {
    return std::ranges::find(values, value) != values.end();
}

/// Splits off the replaced driver and the modules it needs: they are swapped in before the network.
void split(
    SwapScope& scope,
    const std::vector<const ModuleFile*>& order,
    const Config& config,
    const Observed& observed
) {
    std::vector<ModuleName> roots;
    for (const auto& name : config.driver.load) {
        if (contains(config.driver.replace, name)) {
            roots.push_back(name);
        }
    }
    const auto needed = load_order(roots, observed);
    for (const ModuleFile* const file : order) {
        const bool part_of_driver = needed && contains(needed->modules, file);
        (part_of_driver ? scope.driver : scope.onload).push_back(file);
    }
}

}  // namespace

SwapScope swap_scope(
    const std::vector<const ModuleFile*>& order, const Config& config, const Observed& observed
) {
    SwapScope scope;
    split(scope, order, config, observed);
    const auto as_wanted = [&](const ModuleFile* file) {
        return file->origin == Origin::in_tree || loaded_as_wanted(*file, config, observed);
    };
    scope.swap = !std::ranges::all_of(scope.driver, as_wanted);
    std::vector<ModuleName> stale;
    if (scope.swap) {
        stale = config.driver.replace;
    }
    for (const ModuleFile* const file : order) {
        const bool goes = file->origin == Origin::out_of_tree && (scope.swap || !as_wanted(file));
        if (goes && !contains(stale, file->name)) {
            stale.push_back(file->name);
        }
    }
    scope.going = unload_order(stale, observed);
    return scope;
}

}  // namespace onload_node
