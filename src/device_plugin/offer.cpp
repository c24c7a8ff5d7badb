// SPDX-License-Identifier: BSD-2-Clause
#include "device_plugin/offer.hpp"

#include "base/text.hpp"
#include "core/model/onload.hpp"

#include <algorithm>
#include <charconv>

namespace onload_node::device_plugin {

namespace {

constexpr std::string_view id_prefix = "onload-";

Health unhealthy(std::string reason) {
    return {false, std::move(reason)};
}

bool onload_is_loaded(const NodeStatus& status) {
    return std::ranges::any_of(status.modules, [](const StatusModule& module) {
        return module.name == onload::module && module.origin == "out-of-tree";
    });
}

}  // namespace

Health judge(
    const Result<NodeStatus>& status,
    const Options& options,
    const IsThere& device_is_there,
    const IsThere& directory_is_there
) {
    if (!status) {
        return unhealthy(status.error().message);
    }
    if (!onload_is_loaded(*status)) {
        return unhealthy(
            compose("Onload is not loaded; the node is {}: {}", status->state, status->reason)
        );
    }
    if (status->devices.empty()) {
        return unhealthy("the node has no device of Onload");
    }
    for (const auto& device : status->devices) {
        if (!device_is_there(device)) {
            return unhealthy(compose("{} is not there", device));
        }
    }
    if (!directory_is_there(options.libraries_path)) {
        return unhealthy(
            compose("Onload's libraries are missing: no directory {}", options.libraries_path)
        );
    }
    return {true, ""};
}

Allocation allocation(const Options& options, const NodeStatus& status) {
    Allocation given;
    if (options.mode == Mode::cdi) {
        given.cdi_devices.push_back(
            compose("{}{}", onload::cdi_kind, options.preload ? "=preload" : "=onload")
        );
        return given;
    }
    given.devices = status.devices;
    given.mounts.push_back({options.libraries_path, options.libraries_path});
    given.mounts.insert(given.mounts.end(), options.mounts.begin(), options.mounts.end());
    if (options.preload) {
        given.environment.emplace_back("LD_PRELOAD", options.libraries_path + "/libonload.so");
    }
    return given;
}

std::string device_id(unsigned number) {
    return compose("{}{}", id_prefix, std::to_string(number));
}

bool is_device_id(std::string_view id, const Options& options) {
    unsigned number = 0;
    if (!id.starts_with(id_prefix)) {
        return false;
    }
    const auto digits = id.substr(id_prefix.size());
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    // Compare with the canonical form: "onload-01" is not one of our ids.
    return parsed.ec == std::errc() && number < options.devices && device_id(number) == id;
}

}  // namespace onload_node::device_plugin
