// SPDX-License-Identifier: BSD-2-Clause
#include "core/modules/wanted_parameters.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace onload_node {

namespace {

/// The set whose recorded parameters are used; null if those configured are.
const SetEntry* set_that_decides(const Config& config, const Observed& observed) {
    return replaced_set(observed) == nullptr ? set_with_replaced_parameters(config, observed)
                                             : placed_set(observed);
}

std::string text_of(const ModuleParameters& parameters) {
    std::string text;
    for (const auto& [name, value] : parameters) {
        append(text, " ", compose("{}={}", name, value));
    }
    return text.empty() ? "none" : text;
}

}  // namespace

ModuleParameters configured_parameters(const Config& config, const ModuleName& name) {
    const auto found = config.driver.parameters.find(name);
    return found == config.driver.parameters.end() ? ModuleParameters() : found->second;
}

ModuleParameters
wanted_parameters(const Config& config, const Observed& observed, const ModuleName& name) {
    if (const SetEntry* const set = set_that_decides(config, observed)) {
        const auto recorded = set->parameters.find(name);
        if (recorded != set->parameters.end()) {
            return recorded->second;
        }
    }
    return configured_parameters(config, name);
}

ModuleParameterSets loaded_parameters(const Observed& observed) {
    ModuleParameterSets parameters;
    for (const auto& [name, record] : observed.load_records) {
        const auto loaded = observed.loaded.find(name);
        if (loaded != observed.loaded.end() && loaded->second.origin == Origin::out_of_tree &&
            loaded->second.build_id == record.build_id) {
            parameters[name] = record.parameters;
        }
    }
    return parameters;
}

const SetEntry* placed_set(const Observed& observed) {
    return find_set(observed.sets, observed.kernel, observed.set_in_place);
}

const SetEntry* replaced_set(const Observed& observed) {
    if (observed.set_in_place.empty()) {
        return nullptr;
    }
    const auto wanted = std::ranges::find(observed.sets, true, &SetEntry::wanted);
    return wanted == observed.sets.end() || wanted->digest == observed.set_in_place ? nullptr
                                                                                    : &*wanted;
}

const SetEntry* set_with_replaced_parameters(const Config& config, const Observed& observed) {
    const SetEntry* const set = placed_set(observed);
    if (set == nullptr || !config.guard.previous || !confirmed_with_others(*set, config)) {
        return nullptr;
    }
    const unsigned failed = times_parameters_failed(*set, config);
    // In the boot in which they failed they are not tried again.
    const bool stand_in = failed >= config.guard.attempts ||
                          (failed > 0 && set->failed_parameters.boot_id == observed.boot_id);
    return stand_in ? set : nullptr;
}

bool confirmed_with_others(const SetEntry& set, const Config& config) {
    return std::ranges::any_of(set.parameters, [&](const auto& recorded) {
        return recorded.second != configured_parameters(config, recorded.first);
    });
}

unsigned times_parameters_failed(const SetEntry& set, const Config& config) {
    const auto& failed = set.failed_parameters;
    return failed.parameters == config.driver.parameters ? failed.times : 0;
}

std::string parameter_differences(const SetEntry& set, const Config& config) {
    std::string text;
    for (const auto& [name, recorded] : set.parameters) {
        const auto configured = configured_parameters(config, name);
        if (recorded != configured) {
            append(
                text,
                "; ",
                compose("{}: {} instead of {}", name.str(), text_of(recorded), text_of(configured))
            );
        }
    }
    return text;
}

}  // namespace onload_node
