// SPDX-License-Identifier: BSD-2-Clause
#include "device_plugin/plugin_server.hpp"

#include "base/handle.hpp"
#include "base/text.hpp"

#include <chrono>
#include <cstdint>
#include <limits>
#include <utility>

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace onload_node::device_plugin {

namespace {

constexpr std::string_view api_version = "v1beta1";
constexpr std::chrono::seconds registration_limit(3);
constexpr std::chrono::seconds drain_limit(2);

/// Each attempt gets its own channel: a shared one would first wait because of earlier failures.
std::shared_ptr<grpc::Channel> channel_to(const std::string& socket) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(
        "unix:" + socket, grpc::InsecureChannelCredentials(), arguments
    );
}

}  // namespace

PluginServer::PluginServer(const Options& options, PluginState& state)
    : resource_(options.resource)
    , endpoint_(socket_name(options))
    , socket_(plugin_socket(options))
    , kubelet_socket_(options.kubelet_directory + "/kubelet.sock")
    , state_(state)
    , drops_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

PluginServer::~PluginServer() {
    stop();
}

bool PluginServer::serving() const {
    return own_.has_value() && socket_identity(socket_) == own_;
}

Result<void> PluginServer::serve() {
    // Check before the old server stops: it then removes whatever has the name of its socket.
    const bool replaced = own_.has_value() && socket_identity(socket_).has_value() && !serving();
    if ((replaced || !own_.has_value()) && is_served(socket_)) {
        return failure(
            ErrorCode::exists,
            compose(
                "another device plugin serves {} at {}; one for each resource and node",
                resource_,
                socket_
            )
        );
    }
    stop();
    // gRPC removes a socket that nobody serves, but nothing else that may have its name.
    ::unlink(socket_.c_str());
    auto service = std::make_unique<PluginService>(state_);
    grpc::ServerBuilder builder;
    int bound = 0;
    builder.AddListeningPort("unix:" + socket_, grpc::InsecureServerCredentials(), &bound);
    builder.RegisterService(service.get());
    // By default, the thread that waits for calls wakes up every ten seconds.
    builder.SetSyncServerOption(
        grpc::ServerBuilder::CQ_TIMEOUT_MSEC, std::numeric_limits<int>::max()
    );
    auto streams = std::make_unique<WatchStreams>(builder, *service, state_, drops_.get());
    server_ = builder.BuildAndStart();
    if (server_) {
        service_ = std::move(service);
        streams_ = std::move(streams);
        streams_->start();
        state_.listener(streams_.get());
    }
    own_ = server_ ? socket_identity(socket_) : std::nullopt;
    if (!server_ || !own_) {
        return failure(ErrorCode::io, compose("no socket can be made at {}", socket_));
    }
    registered_with_.reset();
    return {};
}

Result<bool> PluginServer::register_with_kubelet() {
    const auto kubelet = socket_identity(kubelet_socket_);
    if (kubelet.has_value() && kubelet == registered_with_) {
        return true;
    }
    registered_with_.reset();
    state_.registered(false);
    if (!kubelet) {
        return false;
    }
    streams_->expect_new_call();
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + registration_limit);
    v1beta1::RegisterRequest request;
    request.set_version(std::string(api_version));
    request.set_endpoint(endpoint_);
    request.set_resource_name(resource_);
    *request.mutable_options() = plugin_options();
    v1beta1::Empty answer;
    const auto status = v1beta1::Registration::NewStub(channel_to(kubelet_socket_))
                            ->Register(&context, request, &answer);
    if (!status.ok()) {
        return failure(
            ErrorCode::io,
            compose(
                "the kubelet at {} does not take us: {}", kubelet_socket_, status.error_message()
            )
        );
    }
    registered_with_ = kubelet;
    state_.registered(true);
    return true;
}

void PluginServer::take_drop() {
    std::uint64_t count = 0;
    if (::read(drops_.get(), &count, sizeof count) > 0 && registered_with_.has_value()) {
        dropped_by_ = std::exchange(registered_with_, std::nullopt);
        state_.registered(false);
    }
}

bool PluginServer::other_kubelet() const {
    return socket_identity(kubelet_socket_) != dropped_by_;
}

void PluginServer::stop() {
    if (!server_) {
        return;
    }
    state_.listener(nullptr);
    streams_->end();
    server_->Shutdown(std::chrono::system_clock::now() + drain_limit);
    server_->Wait();
    streams_.reset();
    server_.reset();
    service_.reset();
    own_.reset();
    registered_with_.reset();
    state_.registered(false);
}

std::optional<SocketIdentity> socket_identity(const std::string& path) {
    struct stat found = {};
    if (::lstat(path.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode)) {
        return std::nullopt;
    }
    return SocketIdentity{found.st_dev, found.st_ino, found.st_ctim.tv_sec, found.st_ctim.tv_nsec};
}

bool is_served(const std::string& path) {
    const UniqueFd client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    if (!client.valid() || path.size() >= sizeof address.sun_path) {
        return false;
    }
    path.copy(&address.sun_path[0], path.size());
    return ::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
           0;
}

}  // namespace onload_node::device_plugin
