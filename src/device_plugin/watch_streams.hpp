// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/handle.hpp"
#include "device_plugin/plugin_service.hpp"

#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include <grpcpp/server_builder.h>

namespace onload_node::device_plugin {

/// The ListAndWatch calls of kubelets, served on one thread that sleeps while nothing happens. It
/// uses gRPC's asynchronous API: the synchronous one does not tell when a kubelet has gone, and the
/// threads of the callback API wake up several times a second.
class WatchStreams final : public ListListener {
public:
    /// Call this before the server is built. `dropped`: an eventfd that becomes readable when a
    /// kubelet has ended its call, or is gone, and no other call of its registration is left.
    WatchStreams(
        grpc::ServerBuilder& builder, PluginService& service, PluginState& state, int dropped
    );

    /// After the server has been shut down.
    ~WatchStreams() override;

    WatchStreams(const WatchStreams&) = delete;
    WatchStreams& operator=(const WatchStreams&) = delete;

    /// Takes calls from now on. Call this once, when the server has been built.
    void start();

    /// From now on only the calls that a kubelet makes after the registration that comes now count
    /// as watched; that those before end is no news.
    void expect_new_call();

    /// Sends the list of devices as it is now to every kubelet.
    void list_changed() override;

    /// Ends the calls in order. New ones are refused by the server that is about to shut down.
    void end();

private:
    struct Stream;

    /// What happened to a stream; its address is what gRPC gives back.
    struct Event {
        enum class Kind { accepted, written, finished, gone };
        Stream* stream;
        Kind kind;
    };

    struct Stream {
        grpc::ServerContext context;
        v1beta1::Empty request;
        grpc::ServerAsyncWriter<v1beta1::ListAndWatchResponse> writer{&context};
        Event accepted{this, Event::Kind::accepted};
        Event written{this, Event::Kind::written};
        Event finished{this, Event::Kind::finished};
        Event gone{this, Event::Kind::gone};
        bool live = false;          ///< accepted and not gone
        bool busy = false;          ///< a write or the end is on its way
        bool ending = false;        ///< we have ended it
        unsigned revision = 0;      ///< of the list that was sent last
        unsigned registration = 0;  ///< the last one before the call
    };

    void serve();
    void wait_for_call();
    void handle(const Event& event, bool ok);
    void go_on(Stream& stream);
    void note_drop(const Stream& stream);
    void forget(const Stream& stream);

    PluginService& service_;
    PluginState& state_;
    const int dropped_;
    std::unique_ptr<grpc::ServerCompletionQueue> queue_;
    std::mutex mutex_;  ///< for everything below
    std::list<Stream> streams_;
    unsigned registration_ = 0;
    bool ended_ = false;
    std::thread thread_;
};

}  // namespace onload_node::device_plugin
