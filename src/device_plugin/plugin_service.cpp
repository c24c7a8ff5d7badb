// SPDX-License-Identifier: BSD-2-Clause
#include "device_plugin/plugin_service.hpp"

#include <utility>

namespace onload_node::device_plugin {

/// A kubelet that watches: told the whole list at once, and again with every change of health.
class DeviceStream final : public grpc::ServerWriteReactor<v1beta1::ListAndWatchResponse> {
public:
    explicit DeviceStream(PluginService& service) : service_(service) {
        const std::lock_guard lock(service_.mutex_);
        service_.streams_.insert(this);
        tell();
    }

    /// With the service's lock held, as all below.
    void tell() {
        if (finished_) {
            return;
        }
        if (writing_) {
            again_ = true;  // one write at a time
            return;
        }
        writing_ = true;
        list_ = service_.device_list();
        StartWrite(&list_);
    }

    void end(const grpc::Status& status) {
        if (!std::exchange(finished_, true)) {
            Finish(status);
        }
    }

    void OnWriteDone(bool written) override {
        const std::lock_guard lock(service_.mutex_);
        writing_ = false;
        if (!written) {
            end(grpc::Status::CANCELLED);
        } else if (std::exchange(again_, false)) {
            tell();
        }
    }

    void OnCancel() override {
        const std::lock_guard lock(service_.mutex_);
        end(grpc::Status::CANCELLED);
    }

    void OnDone() override {
        {
            const std::lock_guard lock(service_.mutex_);
            service_.streams_.erase(this);
        }
        delete this;  // gRPC's rule: a reactor lives until here
    }

private:
    PluginService& service_;
    v1beta1::ListAndWatchResponse list_;  ///< has to live while it is written
    bool writing_ = false;
    bool again_ = false;
    bool finished_ = false;
};

namespace {

grpc::ServerUnaryReactor*
answer(grpc::CallbackServerContext* context, const grpc::Status& status = grpc::Status::OK) {
    auto* const reactor = context->DefaultReactor();
    reactor->Finish(status);
    return reactor;
}

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

PluginService::~PluginService() = default;

bool PluginService::set(Result<NodeStatus> status, Health health) {
    const std::lock_guard lock(mutex_);
    status_ = std::move(status);
    const bool changed = health.healthy != health_.healthy;
    const bool news = health != health_;
    health_ = std::move(health);
    if (changed) {
        ++counts_.health_changes;
        const auto streams = streams_;  // a failed write may take one out
        for (auto* const stream : streams) {
            stream->tell();
        }
    }
    return news;
}

void PluginService::end_streams() {
    const std::lock_guard lock(mutex_);
    const auto streams = streams_;
    for (auto* const stream : streams) {
        stream->end(grpc::Status::OK);
    }
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

grpc::ServerUnaryReactor* PluginService::
    GetDevicePluginOptions(grpc::CallbackServerContext* context, const v1beta1::Empty*, v1beta1::DevicePluginOptions*) {
    return answer(context);
}

grpc::ServerWriteReactor<v1beta1::ListAndWatchResponse>*
PluginService::ListAndWatch(grpc::CallbackServerContext*, const v1beta1::Empty*) {
    return new DeviceStream(*this);
}

grpc::ServerUnaryReactor* PluginService::
    GetPreferredAllocation(grpc::CallbackServerContext* context, const v1beta1::PreferredAllocationRequest*, v1beta1::PreferredAllocationResponse*) {
    return answer(context);
}

grpc::ServerUnaryReactor* PluginService::Allocate(
    grpc::CallbackServerContext* context,
    const v1beta1::AllocateRequest* request,
    v1beta1::AllocateResponse* response
) {
    return answer(context, allocate(*request, *response));
}

grpc::ServerUnaryReactor* PluginService::
    PreStartContainer(grpc::CallbackServerContext* context, const v1beta1::PreStartContainerRequest*, v1beta1::PreStartContainerResponse*) {
    return answer(context);
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

grpc::Status PluginService::allocate(
    const v1beta1::AllocateRequest& request, v1beta1::AllocateResponse& response
) {
    const std::lock_guard lock(mutex_);
    const auto containers = static_cast<std::uint64_t>(request.container_requests_size());
    if (!health_.healthy || !status_) {
        counts_.refused_allocations += containers;
        return {grpc::StatusCode::FAILED_PRECONDITION, options_.resource + ": " + health_.reason};
    }
    const auto given = allocation(options_, *status_);
    for (const auto& container : request.container_requests()) {
        for (const auto& id : container.device_ids()) {
            if (!is_device_id(id, options_)) {
                counts_.refused_allocations += containers;
                response.Clear();
                return {
                    grpc::StatusCode::INVALID_ARGUMENT, options_.resource + ": no device " + id};
            }
        }
        fill(*response.add_container_responses(), given);
    }
    counts_.allocations += containers;
    return grpc::Status::OK;
}

}  // namespace onload_node::device_plugin
