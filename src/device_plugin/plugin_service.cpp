// SPDX-License-Identifier: BSD-2-Clause
#include "device_plugin/plugin_service.hpp"

#include <algorithm>

namespace onload_node::device_plugin {

v1beta1::DevicePluginOptions plugin_options() {
    v1beta1::DevicePluginOptions options;
    options.set_get_preferred_allocation_available(true);
    return options;
}

grpc::Status PluginService::GetDevicePluginOptions(
    grpc::ServerContext*, const v1beta1::Empty*, v1beta1::DevicePluginOptions* response
) {
    *response = plugin_options();
    return grpc::Status::OK;
}

grpc::Status PluginService::GetPreferredAllocation(
    grpc::ServerContext*,
    const v1beta1::PreferredAllocationRequest* request,
    v1beta1::PreferredAllocationResponse* response
) {
    for (const auto& container : request->container_requests()) {
        const auto size = std::max(container.allocation_size(), 0);
        const auto chosen = preferred(
            {container.available_device_ids().begin(), container.available_device_ids().end()},
            {container.must_include_device_ids().begin(),
             container.must_include_device_ids().end()},
            static_cast<std::size_t>(size)
        );
        auto* const answer = response->add_container_responses();
        for (const auto& id : chosen) {
            answer->add_device_ids(id);
        }
    }
    return grpc::Status::OK;
}

grpc::Status PluginService::Allocate(
    grpc::ServerContext*,
    const v1beta1::AllocateRequest* request,
    v1beta1::AllocateResponse* response
) {
    return state_.allocate(*request, *response);
}

grpc::Status PluginService::
    PreStartContainer(grpc::ServerContext*, const v1beta1::PreStartContainerRequest*, v1beta1::PreStartContainerResponse*) {
    return grpc::Status::OK;
}

}  // namespace onload_node::device_plugin
