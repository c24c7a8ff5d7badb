// SPDX-License-Identifier: BSD-2-Clause
#include "stage/parameters_form.hpp"

#include <utility>

namespace onload_node {

toml::array parameters_to_toml(const ModuleParameters& parameters) {
    toml::array pairs;
    for (const auto& [name, value] : parameters) {
        pairs.push_back(toml::array{name, value});
    }
    return pairs;
}

ModuleParameters parameters_from_toml(const toml::node* node) {
    ModuleParameters parameters;
    const toml::array* const pairs = node == nullptr ? nullptr : node->as_array();
    if (pairs == nullptr) {
        return parameters;
    }
    for (const auto& item : *pairs) {
        const toml::array* const pair = item.as_array();
        if (pair != nullptr && pair->size() == 2) {
            parameters.emplace_back(
                (*pair)[0].value_or(std::string()), (*pair)[1].value_or(std::string())
            );
        }
    }
    return parameters;
}

}  // namespace onload_node
