// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "device_plugin/metrics.hpp"
#include "device_plugin/offer.hpp"

#include <condition_variable>
#include <mutex>
#include <string>

#include <v1beta1.grpc.pb.h>

namespace onload_node::device_plugin {

/// Answers the kubelet's calls. Any thread may call it; the threads are gRPC's. It uses gRPC's
/// synchronous API, whose threads sleep until there is work: those of the callback API wake up
/// several times a second.
class PluginService final : public v1beta1::DevicePlugin::Service {
public:
    explicit PluginService(Options options);

    /// Sets the status and the health. A kubelet that watches is told when the devices become
    /// healthy or unhealthy. True when the health or its reason has changed.
    bool set(Result<NodeStatus> status, Health health);

    /// Ends the ListAndWatch stream of every kubelet.
    void end_streams();

    void registered(bool now);

    [[nodiscard]] std::string metrics() const;

    grpc::Status GetDevicePluginOptions(
        grpc::ServerContext* context,
        const v1beta1::Empty* request,
        v1beta1::DevicePluginOptions* response
    ) override;

    /// Holds a thread while the kubelet watches. A kubelet that is gone is noticed when the next
    /// one begins to watch, or at the next change.
    grpc::Status ListAndWatch(
        grpc::ServerContext* context,
        const v1beta1::Empty* request,
        grpc::ServerWriter<v1beta1::ListAndWatchResponse>* writer
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
    [[nodiscard]] v1beta1::ListAndWatchResponse device_list() const;

    const Options options_;
    mutable std::mutex mutex_;
    std::condition_variable news_;
    Result<NodeStatus> status_;
    Health health_;
    PluginCounts counts_;
    unsigned endings_ = 0;  ///< calls of end_streams(); a stream ends at the next one
};

}  // namespace onload_node::device_plugin
