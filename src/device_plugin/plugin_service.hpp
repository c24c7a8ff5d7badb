// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "device_plugin/metrics.hpp"
#include "device_plugin/offer.hpp"

#include <mutex>
#include <set>
#include <string>

#include <v1beta1.grpc.pb.h>

namespace onload_node::device_plugin {

class DeviceStream;

/// What the kubelet asks of the plugin. Safe to call from any thread; the threads are gRPC's.
class PluginService final : public v1beta1::DevicePlugin::CallbackService {
public:
    explicit PluginService(Options options);
    ~PluginService() override;

    PluginService(const PluginService&) = delete;
    PluginService& operator=(const PluginService&) = delete;

    /// From now on; a kubelet that watches is told when the health is another. True when it is.
    bool set(Result<NodeStatus> status, Health health);

    /// Ends the watching of every kubelet.
    void end_streams();

    void registered(bool now);

    [[nodiscard]] std::string metrics() const;

    grpc::ServerUnaryReactor* GetDevicePluginOptions(
        grpc::CallbackServerContext* context,
        const v1beta1::Empty* request,
        v1beta1::DevicePluginOptions* response
    ) override;

    grpc::ServerWriteReactor<v1beta1::ListAndWatchResponse>*
    ListAndWatch(grpc::CallbackServerContext* context, const v1beta1::Empty* request) override;

    grpc::ServerUnaryReactor* GetPreferredAllocation(
        grpc::CallbackServerContext* context,
        const v1beta1::PreferredAllocationRequest* request,
        v1beta1::PreferredAllocationResponse* response
    ) override;

    grpc::ServerUnaryReactor* Allocate(
        grpc::CallbackServerContext* context,
        const v1beta1::AllocateRequest* request,
        v1beta1::AllocateResponse* response
    ) override;

    grpc::ServerUnaryReactor* PreStartContainer(
        grpc::CallbackServerContext* context,
        const v1beta1::PreStartContainerRequest* request,
        v1beta1::PreStartContainerResponse* response
    ) override;

private:
    friend class DeviceStream;

    [[nodiscard]] v1beta1::ListAndWatchResponse device_list() const;
    [[nodiscard]] grpc::Status
    allocate(const v1beta1::AllocateRequest& request, v1beta1::AllocateResponse& response);

    const Options options_;
    // Recursive: gRPC may call a stream back from within the call that it was asked for.
    mutable std::recursive_mutex mutex_;
    Result<NodeStatus> status_;
    Health health_;
    PluginCounts counts_;
    std::set<DeviceStream*> streams_;  ///< each deletes itself when gRPC is done with it
};

}  // namespace onload_node::device_plugin
