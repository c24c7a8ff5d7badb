// SPDX-License-Identifier: BSD-2-Clause
#include "core/modules/swap_scope.hpp"

#include "base/text.hpp"
#include "core/modules/load_order.hpp"
#include "core/modules/wanted_parameters.hpp"

#include <algorithm>

namespace onload_node {

namespace {

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

bool loaded_as_wanted(const ModuleFile& staged, const Config& config, const Observed& observed) {
    const auto loaded = observed.loaded.find(staged.name);
    if (loaded == observed.loaded.end() || !loaded->second.live ||
        loaded->second.origin != Origin::out_of_tree) {
        return false;
    }
    const auto record = observed.load_records.find(staged.name);
    const bool ours =
        record != observed.load_records.end() && record->second.build_id == loaded->second.build_id;
    if (staged.build_id.empty()) {
        return ours && record->second.sha256 == staged.sha256;
    }
    if (staged.build_id != loaded->second.build_id) {
        return false;
    }
    // If somebody else (KMM, a person) loaded it, the parameters are their choice.
    return !ours || record->second.parameters == wanted_parameters(config, observed, staged.name);
}

std::string short_build_id(const std::string& build_id) {
    return build_id.empty() ? "none" : build_id.substr(0, 12);
}

}  // namespace onload_node
