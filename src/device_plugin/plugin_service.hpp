// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "device_plugin/plugin_state.hpp"

#include <v1beta1.grpc.pb.h>

namespace onload_node::device_plugin {

/// Which of the optional calls the plugin answers.
[[nodiscard]] v1beta1::DevicePluginOptions plugin_options();

/// Answers the kubelet's calls, but for ListAndWatch, which WatchStreams serves. The threads are
/// gRPC's: those of its synchronous API, which sleep until there is work. One for each server.
class PluginService final
    : public v1beta1::DevicePlugin::WithAsyncMethod_ListAndWatch<v1beta1::DevicePlugin::Service> {
public:
    explicit PluginService(PluginState& state) : state_(state) {}

    grpc::Status GetDevicePluginOptions(
        grpc::ServerContext* context,
        const v1beta1::Empty* request,
        v1beta1::DevicePluginOptions* response
    ) override;

    grpc::Status GetPreferredAllocation(
        grpc::ServerContext* context,
        const v1beta1::PreferredAllocationRequest* request,
        v1beta1::PreferredAllocationResponse* response
    ) override;

    grpc::Status Allocate(
        grpc::ServerContext* context,
        const v1beta1::AllocateRequest* request,
        v1beta1::AllocateResponse* response
    ) override;

    grpc::Status PreStartContainer(
        grpc::ServerContext* context,
        const v1beta1::PreStartContainerRequest* request,
        v1beta1::PreStartContainerResponse* response
    ) override;

private:
    PluginState& state_;
};

}  // namespace onload_node::device_plugin
