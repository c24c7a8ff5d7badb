// SPDX-License-Identifier: BSD-2-Clause
#include "device_plugin/offer.hpp"

#include "base/text.hpp"
#include "core/model/onload.hpp"
#include "device_plugin/cdi_offer.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace onload_node::device_plugin {

namespace {

constexpr std::string_view id_prefix = "onload-";
/// What onload-node says when Onload would find no control plane server.
constexpr std::string_view no_control_plane = "control-plane";

Health unhealthy(std::string reason) {
    return {false, std::move(reason)};
}

/// Onload itself; null when it is not loaded. There is none in the kernel's own tree, so only
/// onload-node's word for where a module is from counts.
const StatusModule* loaded_onload(const NodeStatus& status) {
    const auto found = std::ranges::find_if(status.modules, [&](const StatusModule& module) {
        return module.name == onload::module &&
               (module.origin == "out-of-tree" || !status.published);
    });
    return found == status.modules.end() ? nullptr : &*found;
}

std::string not_loaded(const NodeStatus& status) {
    return status.published
               ? compose("Onload is not loaded; the node is {}: {}", status.state, status.reason)
               : "Onload is not loaded: the kernel has no live module of that name";
}

std::string wrong_version(const StatusModule& module, const Libraries& libraries) {
    if (module.version.empty() || libraries.versions.empty() ||
        libraries.versions.contains(module.version)) {
        return "";
    }
    return compose(
        "the libraries in {} are of version {}, the loaded Onload is {}",
        libraries.directory,
        joined(libraries.versions, " or "),
        module.version
    );
}

std::string control_plane_problem(const NodeStatus& status, const Seen& seen) {
    if (!status.control_plane_problem.empty()) {
        return status.control_plane_problem;
    }
    return status.reason_code == no_control_plane ? status.reason : seen.control_plane_problem;
}

/// The number of an id; the highest of all for what is no id of ours.
unsigned number_of(std::string_view id) {
    constexpr unsigned none = std::numeric_limits<unsigned>::max();
    if (!id.starts_with(id_prefix)) {
        return none;
    }
    unsigned number = 0;
    const auto digits = id.substr(id_prefix.size());
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    // Compare with the canonical form: "onload-01" is not one of our ids.
    return parsed.ec == std::errc() && device_id(number) == id ? number : none;
}

}  // namespace

Health judge(const Seen& seen, const Options& options) {
    if (!seen.status) {
        return unhealthy(seen.status.error().message);
    }
    const auto& status = *seen.status;
    const auto* const module = loaded_onload(status);
    if (module == nullptr) {
        return unhealthy(not_loaded(status));
    }
    if (status.devices.empty()) {
        return unhealthy("the node has no device of Onload");
    }
    if (!seen.missing_device.empty()) {
        return unhealthy(compose("{} is not there", seen.missing_device));
    }
    for (const auto& problem :
         {control_plane_problem(status, seen),
          seen.libraries.problem,
          wrong_version(*module, seen.libraries),
          options.mode == Mode::cdi ? seen.cdi_problem : std::string()}) {
        if (!problem.empty()) {
            return unhealthy(problem);
        }
    }
    return {true, ""};
}

Allocation allocation(const Options& options, const Seen& seen) {
    Allocation given;
    if (options.mode == Mode::cdi) {
        given.cdi_devices.push_back(compose("{}={}", onload::cdi_kind, cdi_device(options)));
        return given;
    }
    given.devices = seen.status ? seen.status->devices : std::vector<std::string>();
    // By the path that every boot has: the kubelet keeps this answer as long as the pod
    // (kubernetes/kubernetes, pkg/kubelet/cm/devicemanager/checkpoint), and a reboot later the
    // folder that the links lead to now may be gone. A container keeps what it started with all the
    // same: its mount is of what they led to then.
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
    return number_of(id) < options.devices;
}

std::vector<std::string> preferred(
    const std::vector<std::string>& available,
    const std::vector<std::string>& must_include,
    std::size_t size
) {
    std::vector<std::string> chosen;
    for (const auto& id : must_include) {
        if (!contains(chosen, id)) {
            chosen.push_back(id);
        }
    }
    auto rest = available;
    std::ranges::stable_sort(rest, {}, number_of);
    for (const auto& id : rest) {
        if (chosen.size() < size && !contains(chosen, id)) {
            chosen.push_back(id);
        }
    }
    chosen.resize(std::min(chosen.size(), size));
    return chosen;
}

}  // namespace onload_node::device_plugin
