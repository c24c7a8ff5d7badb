// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "device_plugin/metrics.hpp"
#include "device_plugin/offer.hpp"

#include <mutex>
#include <string>

#include <grpcpp/support/status.h>
#include <v1beta1.pb.h>

namespace onload_node::device_plugin {

/// Told when the list of devices is another one.
class ListListener {
public:
    ListListener() = default;
    virtual ~ListListener() = default;
    ListListener(const ListListener&) = delete;
    ListListener& operator=(const ListListener&) = delete;

    virtual void list_changed() = 0;
};

/// What /healthz answers.
struct PluginHealth {
    bool well = false;  ///< false: only a restart of the plugin helps
    std::string text;
};

/// What the plugin knows of the node, and the answers that follow from it. Any thread may call it.
class PluginState final {
public:
    explicit PluginState(Options options);

    /// Sets what was found on the node. The listener is told when the devices become healthy or
    /// unhealthy, or get near to other NUMA nodes. True when the health or its reason has changed.
    bool set(Seen seen);

    /// Whom to tell; null for nobody. Only the thread that calls set() may call this.
    void listener(ListListener* listener) { listener_ = listener; }

    void registered(bool now);

    /// Why only a restart helps; "" while it would not.
    void set_broken(std::string why);

    [[nodiscard]] bool healthy() const;

    [[nodiscard]] PluginHealth health() const;

    [[nodiscard]] std::string metrics() const;

    /// Another number for each list of devices.
    [[nodiscard]] unsigned revision() const;

    [[nodiscard]] v1beta1::ListAndWatchResponse device_list() const;

    /// What each container of the request gets; nothing, and why, while the devices are unhealthy.
    grpc::Status
    allocate(const v1beta1::AllocateRequest& request, v1beta1::AllocateResponse& response);

private:
    const Options options_;
    mutable std::mutex mutex_;
    Seen seen_;
    Health health_;
    std::string broken_;
    PluginCounts counts_;
    unsigned revision_ = 1;
    ListListener* listener_ = nullptr;
};

}  // namespace onload_node::device_plugin
