// SPDX-License-Identifier: BSD-2-Clause
#include "device_plugin/plugin_state.hpp"

#include "base/text.hpp"

#include <utility>

namespace onload_node::device_plugin {

namespace {

void fill(v1beta1::ContainerAllocateResponse& response, const Allocation& given) {
    for (const auto& name : given.cdi_devices) {
        response.add_cdi_devices()->set_name(name);
    }
    for (const auto& path : given.devices) {
        auto* const device = response.add_devices();
        device->set_host_path(path);
        device->set_container_path(path);
        device->set_permissions("rw");
    }
    for (const auto& mounted : given.mounts) {
        auto* const mount = response.add_mounts();
        mount->set_host_path(mounted.host);
        mount->set_container_path(mounted.container);
        mount->set_read_only(true);
    }
    for (const auto& [name, value] : given.environment) {
        (*response.mutable_envs())[name] = value;
    }
}

}  // namespace

PluginState::PluginState(Options options)
    : options_(std::move(options))
    , seen_{failure(ErrorCode::not_found, "not looked at yet"), "", {}, "", "", {}}
    , health_{false, "not looked at yet"} {}

bool PluginState::set(Seen seen) {
    bool other_list = false;
    bool news = false;
    {
        const std::lock_guard lock(mutex_);
        auto health = judge(seen, options_);
        news = health != health_;
        other_list = health.healthy != health_.healthy || seen.numa_nodes != seen_.numa_nodes;
        counts_.health_changes += health.healthy != health_.healthy ? 1 : 0;
        revision_ += other_list ? 1 : 0;
        health_ = std::move(health);
        seen_ = std::move(seen);
    }
    // Not while the mutex is held: the listener asks for the list.
    if (other_list && listener_ != nullptr) {
        listener_->list_changed();
    }
    return news;
}

void PluginState::registered(bool now) {
    const std::lock_guard lock(mutex_);
    counts_.registered = now;
    counts_.registrations += now ? 1 : 0;
}

void PluginState::set_broken(std::string why) {
    const std::lock_guard lock(mutex_);
    broken_ = std::move(why);
}

bool PluginState::healthy() const {
    const std::lock_guard lock(mutex_);
    return health_.healthy;
}

PluginHealth PluginState::health() const {
    const std::lock_guard lock(mutex_);
    if (!broken_.empty()) {
        return {false, compose("broken until it is restarted: {}\n", broken_)};
    }
    return {true, health_.healthy ? "healthy\n" : compose("unhealthy: {}\n", health_.reason)};
}

std::string PluginState::metrics() const {
    const std::lock_guard lock(mutex_);
    return metrics_text(seen_.status, health_, options_, counts_);
}

unsigned PluginState::revision() const {
    const std::lock_guard lock(mutex_);
    return revision_;
}

v1beta1::ListAndWatchResponse PluginState::device_list() const {
    const std::lock_guard lock(mutex_);
    v1beta1::ListAndWatchResponse list;
    for (unsigned number = 0; number < options_.devices; ++number) {
        auto* const device = list.add_devices();
        device->set_id(device_id(number));
        device->set_health(health_.healthy ? "Healthy" : "Unhealthy");
        for (const auto node : seen_.numa_nodes) {
            device->mutable_topology()->add_nodes()->set_id(node);
        }
    }
    return list;
}

grpc::Status PluginState::allocate(
    const v1beta1::AllocateRequest& request, v1beta1::AllocateResponse& response
) {
    const std::lock_guard lock(mutex_);
    const auto containers = static_cast<std::uint64_t>(request.container_requests_size());
    if (!health_.healthy) {
        counts_.refused_allocations += containers;
        return {
            grpc::StatusCode::FAILED_PRECONDITION,
            compose("{}: {}", options_.resource, health_.reason)};
    }
    const auto given = allocation(options_, seen_);
    for (const auto& container : request.container_requests()) {
        for (const auto& id : container.device_ids()) {
            if (!is_device_id(id, options_)) {
                counts_.refused_allocations += containers;
                response.Clear();
                return {
                    grpc::StatusCode::INVALID_ARGUMENT,
                    compose("{}: no device {}", options_.resource, id)};
            }
        }
        fill(*response.add_container_responses(), given);
    }
    counts_.allocations += containers;
    return grpc::Status::OK;
}

}  // namespace onload_node::device_plugin
