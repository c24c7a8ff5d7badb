// SPDX-License-Identifier: BSD-2-Clause
// As much of a kubelet as the booted test node needs, which has no Python: kubelet-stand-in
// DIRECTORY Takes the registration of a device plugin, watches its devices, and asks for one while
// they are healthy. Standard output has a line for each thing that came: `list NUMBER HEALTH`,
// `device PATH`, `mount HOST CONTAINER`, `env NAME=VALUE`, and `given` behind those of an
// allocation.
#include <cstdio>
#include <string>
#include <thread>

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <unistd.h>
#include <v1beta1.grpc.pb.h>

namespace {

using Stub = v1beta1::DevicePlugin::Stub;

void allocate_one(Stub& plugin) {
    grpc::ClientContext context;
    v1beta1::AllocateRequest request;
    request.add_container_requests()->add_device_ids("onload-0");
    v1beta1::AllocateResponse response;
    const auto status = plugin.Allocate(&context, request, &response);
    if (!status.ok()) {
        std::printf("refused %s\n", status.error_message().c_str());
        return;
    }
    for (const auto& given : response.container_responses()) {
        for (const auto& device : given.devices()) {
            std::printf("device %s\n", device.host_path().c_str());
        }
        for (const auto& mount : given.mounts()) {
            std::printf("mount %s %s\n", mount.host_path().c_str(), mount.container_path().c_str());
        }
        for (const auto& [name, value] : given.envs()) {
            std::printf("env %s=%s\n", name.c_str(), value.c_str());
        }
    }
    std::puts("given");
}

void watch(const std::string& socket) {
    const auto channel = grpc::CreateChannel("unix:" + socket, grpc::InsecureChannelCredentials());
    const auto plugin = v1beta1::DevicePlugin::NewStub(channel);
    grpc::ClientContext context;
    const auto stream = plugin->ListAndWatch(&context, {});
    v1beta1::ListAndWatchResponse list;
    while (stream->Read(&list)) {
        const auto health = list.devices().empty() ? "" : list.devices(0).health();
        std::printf("list %d %s\n", list.devices_size(), health.c_str());
        if (health == "Healthy") {
            allocate_one(*plugin);
        }
    }
    std::puts("ended");
}

class Kubelet final : public v1beta1::Registration::Service {
public:
    explicit Kubelet(std::string directory) : directory_(std::move(directory)) {}

    grpc::Status
    Register(grpc::ServerContext*, const v1beta1::RegisterRequest* request, v1beta1::Empty*)
        override {
        std::printf("registered %s\n", request->resource_name().c_str());
        // It lasts as long as the process.
        std::thread(watch, directory_ + "/" + request->endpoint()).detach();
        return grpc::Status::OK;
    }

private:
    const std::string directory_;
};

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::fputs("usage: kubelet-stand-in DIRECTORY\n", stderr);
        return 64;
    }
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    Kubelet kubelet(arguments[1]);
    grpc::ServerBuilder builder;
    builder.AddListeningPort(
        std::string("unix:") + arguments[1] + "/kubelet.sock", grpc::InsecureServerCredentials()
    );
    builder.RegisterService(&kubelet);
    const auto server = builder.BuildAndStart();
    if (!server) {
        return 1;
    }
    ::pause();
}
