// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"
#include "core/model/paths.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace onload_node::device_plugin {

/// How the kubelet is told what a container gets.
enum class Mode {
    cdi,        ///< by the name of a CDI device; kubelet 1.29 and later
    explicitly  ///< device nodes, mounts and environment, one by one
};

[[nodiscard]] constexpr std::string_view to_string(Mode mode) {
    switch (mode) {
    case Mode::cdi:
        return "cdi";
    case Mode::explicitly:
        return "explicit";
    }
    return {};
}

/// Who says that Onload is loaded.
enum class Source {
    status,  ///< onload-node's status file
    modules  ///< the kernel, for nodes on which something else loads the modules, such as KMM
};

[[nodiscard]] constexpr std::string_view to_string(Source source) {
    switch (source) {
    case Source::status:
        return "status";
    case Source::modules:
        return "modules";
    }
    return {};
}

/// What the kubelet is told of the NUMA nodes that a device is near to.
enum class Topology {
    off,   ///< nothing: a device belongs to no card
    nodes  ///< all nodes that have a port
};

[[nodiscard]] constexpr std::string_view to_string(Topology topology) {
    switch (topology) {
    case Topology::off:
        return "off";
    case Topology::nodes:
        return "nodes";
    }
    return {};
}

/// A directory or file of the host, mounted read-only in a container.
struct MountOption {
    std::string host;
    std::string container;
};

/// The command line.
struct Options {
    std::string resource = "amd.com/onload";
    unsigned devices = 100;  ///< how many are offered; as many containers can have one at once
    Source source = Source::status;
    Mode mode = Mode::cdi;
    Topology topology = Topology::off;
    bool preload = true;  ///< set LD_PRELOAD to Onload's library
    std::string libraries_path{paths::library_directory};
    std::vector<MountOption> mounts;  ///< in addition to the libraries; only with Mode::explicitly
    std::string status{paths::public_status_json};
    std::string cdi_spec{paths::cdi_spec};
    /// With Source::modules: where Onload is to find its control plane server, as the plugin sees
    /// it; "" if the plugin cannot see it.
    std::string control_plane_server;
    std::string device_root{paths::devices};  ///< where the plugin sees the host's /dev
    std::string kernel_root;                  ///< where it sees /proc and /sys; "" for its own
    std::string kubelet_directory{paths::kubelet_device_plugins};
    std::string listen_host;  ///< "" for every address
    std::uint16_t listen_port = 9110;
    bool help = false;
    bool version = false;
};

/// ErrorCode::usage says which argument is wrong and what would be right.
[[nodiscard]] Result<Options> parse_options(const std::vector<std::string_view>& arguments);

/// The name of the plugin's socket beside the kubelet's, and its path.
[[nodiscard]] std::string socket_name(const Options& options);
[[nodiscard]] std::string plugin_socket(const Options& options);

/// What --help prints.
[[nodiscard]] std::string help_text();

}  // namespace onload_node::device_plugin
