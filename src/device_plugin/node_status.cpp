// SPDX-License-Identifier: BSD-2-Clause
#include "device_plugin/node_status.hpp"

#include "base/text.hpp"
#include "device_plugin/json_members.hpp"

namespace onload_node::device_plugin {

namespace {

constexpr int known_schema = 1;

std::optional<StatusCdi> cdi_of(const Json& document) {
    const auto* const cdi = member(document, "cdi");
    if (cdi == nullptr || !cdi->is_object()) {
        return std::nullopt;
    }
    return StatusCdi{text(*cdi, "spec"), text(*cdi, "libraries"), text(*cdi, "problem")};
}

NodeStatus taken_from(const Json& document) {
    NodeStatus status;
    status.version = text(document, "version");
    status.boot_id = text(document, "boot_id");
    status.kernel = text(document, "kernel");
    status.state = text(document, "state");
    status.reason = text(document, "reason");
    status.reason_code = text(document, "reason_code");
    status.control_plane_problem = text(document, "control_plane_problem");
    for (const auto& module : list(document, "modules")) {
        status.modules.push_back(
            {text(module, "name"), text(module, "origin"), text(module, "version")}
        );
    }
    for (const auto& device : list(document, "devices")) {
        if (device.is_string()) {
            status.devices.push_back(device.get<std::string>());
        }
    }
    for (const auto& nic : list(document, "nics")) {
        status.ports.push_back({text(nic, "pci"), text(nic, "driver")});
    }
    status.cdi = cdi_of(document);
    const auto& time = table(document, "time");
    status.time_daemon = text(time, "daemon");
    status.time_daemon_active = flag(time, "active");
    const auto& guard = table(document, "guard");
    status.guard_attempts = count(guard, "attempts");
    status.guard_limit = count(guard, "limit");
    status.guard_tripped = flag(guard, "tripped");
    for (const auto& [step, milliseconds] : table(document, "timings_ms").items()) {
        if (milliseconds.is_number()) {
            status.step_seconds.emplace_back(step, milliseconds.get<double>() / 1000);
        }
    }
    return status;
}

}  // namespace

Result<NodeStatus> read_node_status(std::string_view text_of_status, std::string_view boot_id) {
    const auto document = Json::parse(text_of_status, nullptr, false);
    if (document.is_discarded() || !document.is_object()) {
        return failure(ErrorCode::io, "it is not a JSON object");
    }
    const auto* const schema = member(document, "schema");
    if (schema == nullptr || !schema->is_number_integer()) {
        return failure(ErrorCode::io, "it names no schema: it is no status of onload-node");
    }
    if (*schema != known_schema) {
        return failure(
            ErrorCode::mismatch,
            "it is of a schema that this version does not know: update the device plugin"
        );
    }
    auto status = taken_from(document);
    if (status.boot_id != boot_id) {
        return failure(ErrorCode::mismatch, compose("it is of another boot, {}", status.boot_id));
    }
    return status;
}

}  // namespace onload_node::device_plugin
