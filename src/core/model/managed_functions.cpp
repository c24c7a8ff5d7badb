// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/managed_functions.hpp"

#include "base/text.hpp"
#include "core/model/onload.hpp"

#include <algorithm>

namespace onload_node {

std::vector<const NetworkFunction*>
managed_functions(const Config& config, const Observed& observed) {
    std::vector<const NetworkFunction*> managed;
    for (const auto& function : observed.functions) {
        const bool our_driver =
            std::ranges::any_of(config.driver.replace, [&](const ModuleName& name) {
                return name.str() == function.module();
            });
        const bool free =
            function.driver_override.empty() || function.driver_override == onload::hold_driver;
        // Virtual functions are left to whatever created them.
        if (free && !function.physical_function && (function.driver.empty() || our_driver)) {
            managed.push_back(&function);
        }
    }
    return managed;
}

bool network_in_use(const Config& config, const Observed& observed) {
    if (!observed.network_started) {
        return false;
    }
    const auto functions = managed_functions(config, observed);
    return std::ranges::any_of(functions, [](const NetworkFunction* function) {
        return function->lent_out() ||
               std::ranges::any_of(function->interfaces, [](const Interface& interface) {
                   return interface.up;
               });
    });
}

std::vector<StorageOverPort> storage_over_ports(const Config& config, const Observed& observed) {
    std::vector<StorageOverPort> found;
    for (const auto* const function : managed_functions(config, observed)) {
        for (const auto& interface : function->interfaces) {
            for (const auto& [what, interfaces] : observed.storage) {
                if (interfaces.empty() ? interface.up : contains(interfaces, interface.name)) {
                    found.push_back(
                        {interface.name,
                         compose("{} is reached over the port {}", what, interface.name)}
                    );
                }
            }
        }
    }
    return found;
}

std::string hung_complaint(const std::vector<const NetworkFunction*>& functions) {
    const auto hung = std::ranges::find_if(functions, [](const auto* f) { return f->hung; });
    if (hung == functions.end()) {
        return "";
    }
    return compose(
        "function {}: the kernel does not answer, a call into its driver has not returned; read "
        "the kernel log, and reset the machine",
        (*hung)->address.to_string()
    );
}

}  // namespace onload_node
