// SPDX-License-Identifier: BSD-2-Clause
// The node in memory: which driver has which port, and the kernel itself.
#include "core/model/onload.hpp"
#include "unit/run/memory_node.hpp"

#include <algorithm>

namespace onload_node::fixture {

MacAddress MemoryNode::mac_of(const NetworkFunction& function) const {
    const unsigned place = function.address.function;
    const unsigned card = exchanged_ && place < 2 ? 1 - place : place;
    return {{0x00, 0x0f, 0x53, 0, 0, static_cast<std::uint8_t>(card)}};
}

void MemoryNode::give_interface(NetworkFunction& function) {
    const MacAddress mac = mac_of(function);
    function.driver = "sfc";
    function.interfaces = {{name_for(function), mac, mac, false, true, ""}};
}

/// What a driver does when it is loaded: takes every function that nobody keeps from it.
void MemoryNode::bind_ports() {
    const bool out_of_tree = node_.loaded.at(sfc()).origin == Origin::out_of_tree;
    for (auto& function : node_.functions) {
        const bool broken =
            (out_of_tree && broken_port_ == function.address) || dead_port_ == function.address;
        if (!broken && function.driver.empty() && function.driver_override.empty()) {
            give_interface(function);
        }
    }
}

NetworkFunction* MemoryNode::function_at(const PciAddress& address) {
    for (auto& function : node_.functions) {
        if (function.address == address) {
            return &function;
        }
    }
    return nullptr;
}

Result<void> MemoryNode::hold(const std::vector<PciAddress>& functions) {
    return change("hold functions", [&] {
        for (const auto& address : functions) {
            if (auto* const function = function_at(address); function != nullptr) {
                function->driver_override = onload::hold_driver;
            }
        }
        return Result<void>();
    });
}

Result<void> MemoryNode::release(const std::vector<PciAddress>& functions) {
    return change("release functions", [&] {
        for (const auto& address : functions) {
            auto* const function = function_at(address);
            if (function != nullptr && function->driver_override == onload::hold_driver) {
                function->driver_override.clear();
            }
        }
        return Result<void>();
    });
}

Result<void> MemoryNode::bind(
    const std::vector<PciAddress>& functions,
    const std::vector<ModuleName>& modules,
    Milliseconds /*limit*/
) {
    return change("bind functions", [&] { return bind_one_by_one(functions, modules); });
}

Result<void> MemoryNode::bind_one_by_one(
    const std::vector<PciAddress>& functions, const std::vector<ModuleName>& modules
) {
    const bool asked = std::ranges::find(modules, sfc()) != modules.end();
    const auto driver = asked ? node_.loaded.find(sfc()) : node_.loaded.end();
    std::string text;
    bool hung = false;
    for (const auto& address : functions) {
        auto* const function = function_at(address);
        if (function == nullptr || !function->driver.empty()) {
            continue;
        }
        function->driver_override.clear();
        const bool out_of_tree =
            driver != node_.loaded.end() && driver->second.origin == Origin::out_of_tree;
        if (driver == node_.loaded.end() || dead_port_ == address) {
            text += address.to_string() + ": no driver; ";
        } else if (out_of_tree && hanging_port_ == address) {
            text += address.to_string() + ": hangs";
            hung = true;
        } else if (out_of_tree && broken_port_ == address) {
            text += address.to_string() + ": no hardware; ";
        } else {
            give_interface(*function);
        }
    }
    return text.empty() ? Result<void>() : failure(hung ? ErrorCode::hung : ErrorCode::io, text);
}

Result<void>
MemoryNode::set(const std::string& name, const std::string& value, const std::string& only_over) {
    return change("set " + name, [&] {
        const auto setting = node_.kernel_settings.find(name);
        if (setting != node_.kernel_settings.end() &&
            (only_over.empty() || setting->second == only_over)) {
            setting->second = value;
        }
        return Result<void>();
    });
}

Result<void> MemoryNode::restart() {
    return change("restart", [&] {
        restarted_ = true;
        return Result<void>();
    });
}

}  // namespace onload_node::fixture
