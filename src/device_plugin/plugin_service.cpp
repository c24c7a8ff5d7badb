// SPDX-License-Identifier: BSD-2-Clause
#include "device_plugin/plugin_service.hpp"

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

PluginService::PluginService(Options options)
    : options_(std::move(options))
    , status_(failure(ErrorCode::not_found, "not looked at yet"))
    , health_{false, "not looked at yet"} {}

bool PluginService::set(Result<NodeStatus> status, Health health) {
    const std::lock_guard lock(mutex_);
    status_ = std::move(status);
    const bool changed = health.healthy != health_.healthy;
    const bool news = health != health_;
    health_ = std::move(health);
    if (changed) {
        ++counts_.health_changes;
        news_.notify_all();
    }
    return news;
}

void PluginService::end_streams() {
    const std::lock_guard lock(mutex_);
    ++endings_;
    news_.notify_all();
}

void PluginService::registered(bool now) {
    const std::lock_guard lock(mutex_);
    counts_.registered = now;
    counts_.registrations += now ? 1 : 0;
}

std::string PluginService::metrics() const {
    const std::lock_guard lock(mutex_);
    return metrics_text(status_, health_, options_, counts_);
}

grpc::Status PluginService::
    GetDevicePluginOptions(grpc::ServerContext*, const v1beta1::Empty*, v1beta1::DevicePluginOptions*) {
    return grpc::Status::OK;
}

grpc::Status PluginService::ListAndWatch(
    grpc::ServerContext* context,
    const v1beta1::Empty*,
    grpc::ServerWriter<v1beta1::ListAndWatchResponse>* writer
) {
    std::unique_lock lock(mutex_);
    const auto ending = endings_;
    news_.notify_all();  // lets the threads of kubelets that are gone end
    for (;;) {
        const auto told = counts_.health_changes;
        const auto list = device_list();
        lock.unlock();
        const bool written = writer->Write(list);
        lock.lock();
        if (!written) {
            return grpc::Status::CANCELLED;
        }
        news_.wait(lock, [&] {
            return counts_.health_changes != told || endings_ != ending || context->IsCancelled();
        });
        if (endings_ != ending || context->IsCancelled()) {
            return grpc::Status::OK;
        }
    }
}

grpc::Status PluginService::
    GetPreferredAllocation(grpc::ServerContext*, const v1beta1::PreferredAllocationRequest*, v1beta1::PreferredAllocationResponse*) {
    return grpc::Status::OK;
}

grpc::Status PluginService::Allocate(
    grpc::ServerContext*,
    const v1beta1::AllocateRequest* request,
    v1beta1::AllocateResponse* response
) {
    const std::lock_guard lock(mutex_);
    const auto containers = static_cast<std::uint64_t>(request->container_requests_size());
    if (!health_.healthy || !status_) {
        counts_.refused_allocations += containers;
        return {
            grpc::StatusCode::FAILED_PRECONDITION,
            compose("{}: {}", options_.resource, health_.reason)};
    }
    const auto given = allocation(options_, *status_);
    for (const auto& container : request->container_requests()) {
        for (const auto& id : container.device_ids()) {
            if (!is_device_id(id, options_)) {
                counts_.refused_allocations += containers;
                response->Clear();
                return {
                    grpc::StatusCode::INVALID_ARGUMENT,
                    compose("{}: no device {}", options_.resource, id)};
            }
        }
        fill(*response->add_container_responses(), given);
    }
    counts_.allocations += containers;
    return grpc::Status::OK;
}

grpc::Status PluginService::
    PreStartContainer(grpc::ServerContext*, const v1beta1::PreStartContainerRequest*, v1beta1::PreStartContainerResponse*) {
    return grpc::Status::OK;
}

v1beta1::ListAndWatchResponse PluginService::device_list() const {
    v1beta1::ListAndWatchResponse list;
    for (unsigned number = 0; number < options_.devices; ++number) {
        auto* const device = list.add_devices();
        device->set_id(device_id(number));
        device->set_health(health_.healthy ? "Healthy" : "Unhealthy");
    }
    return list;
}

}  // namespace onload_node::device_plugin
