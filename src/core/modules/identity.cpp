// SPDX-License-Identifier: BSD-2-Clause
#include "core/modules/identity.hpp"

namespace onload_node {

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
    return !ours || record->second.parameters == configured_parameters(config, staged.name);
}

ModuleParameters configured_parameters(const Config& config, const ModuleName& name) {
    const auto found = config.driver.parameters.find(name);
    return found == config.driver.parameters.end() ? ModuleParameters() : found->second;
}

std::string short_build_id(const std::string& build_id) {
    return build_id.empty() ? "none" : build_id.substr(0, 12);
}

}  // namespace onload_node
