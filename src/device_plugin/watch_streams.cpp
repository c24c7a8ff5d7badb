// SPDX-License-Identifier: BSD-2-Clause
#include "device_plugin/watch_streams.hpp"

#include <algorithm>
#include <cstdint>

#include <unistd.h>

namespace onload_node::device_plugin {

WatchStreams::WatchStreams(
    grpc::ServerBuilder& builder, PluginService& service, PluginState& state, int dropped
)
    : service_(service), state_(state), dropped_(dropped), queue_(builder.AddCompletionQueue()) {}

WatchStreams::~WatchStreams() {
    queue_->Shutdown();
    if (thread_.joinable()) {
        thread_.join();
        return;
    }
    // The server was never built. A queue has to be emptied before it goes.
    void* tag = nullptr;
    bool ok = false;
    while (queue_->Next(&tag, &ok)) {}
}

void WatchStreams::start() {
    const std::lock_guard lock(mutex_);
    wait_for_call();
    thread_ = std::thread([this] { serve(); });
}

void WatchStreams::expect_new_call() {
    const std::lock_guard lock(mutex_);
    ++registration_;
    // A drop that nobody has taken note of yet is one of those calls.
    std::uint64_t count = 0;
    [[maybe_unused]] const auto taken = ::read(dropped_, &count, sizeof count);
}

void WatchStreams::list_changed() {
    const std::lock_guard lock(mutex_);
    for (auto& stream : streams_) {
        go_on(stream);
    }
}

void WatchStreams::end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    for (auto& stream : streams_) {
        go_on(stream);
    }
}

void WatchStreams::serve() {
    void* tag = nullptr;
    bool ok = false;
    while (queue_->Next(&tag, &ok)) {
        const std::lock_guard lock(mutex_);
        handle(*static_cast<const Event*>(tag), ok);
    }
}

void WatchStreams::wait_for_call() {
    auto& stream = streams_.emplace_back();
    stream.context.AsyncNotifyWhenDone(&stream.gone);
    service_.RequestListAndWatch(
        &stream.context,
        &stream.request,
        &stream.writer,
        queue_.get(),
        queue_.get(),
        &stream.accepted
    );
}

void WatchStreams::handle(const Event& event, bool ok) {
    auto& stream = *event.stream;
    switch (event.kind) {
    case Event::Kind::accepted:
        if (!ok) {  // the server shuts down; of a call that never began nothing else comes
            forget(stream);
            return;
        }
        stream.live = true;
        stream.registration = registration_;
        wait_for_call();
        break;
    case Event::Kind::written:
    case Event::Kind::finished:
        stream.busy = false;
        break;
    case Event::Kind::gone:
        stream.live = false;
        note_drop(stream);
        break;
    }
    if (!stream.live && !stream.busy) {
        forget(stream);
        return;
    }
    go_on(stream);
}

/// Starts what comes next for a stream on which nothing is on its way.
void WatchStreams::go_on(Stream& stream) {
    if (!stream.live || stream.busy || stream.ending) {
        return;
    }
    if (ended_) {
        stream.ending = true;
        stream.busy = true;
        stream.writer.Finish(grpc::Status::OK, &stream.finished);
        return;
    }
    if (const auto revision = state_.revision(); stream.revision != revision) {
        stream.revision = revision;
        stream.busy = true;
        stream.writer.Write(state_.device_list(), &stream.written);
    }
}

void WatchStreams::note_drop(const Stream& stream) {
    const auto watches = [this](const Stream& each) {
        return each.live && each.registration == registration_;
    };
    if (stream.ending || ended_ || stream.registration != registration_ ||
        std::ranges::any_of(streams_, watches)) {
        return;
    }
    const std::uint64_t one = 1;
    // It cannot be full: it is read each time.
    [[maybe_unused]] const auto written = ::write(dropped_, &one, sizeof one);
}

void WatchStreams::forget(const Stream& stream) {
    streams_.remove_if([&](const Stream& each) { return &each == &stream; });
}

}  // namespace onload_node::device_plugin
