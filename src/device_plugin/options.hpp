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

/// A directory or file of the host, mounted read-only in a container.
struct MountOption {
    std::string host;
    std::string container;
};

/// The command line.
struct Options {
    std::string resource = "amd.com/onload";
    unsigned devices = 100;  ///< how many are offered; as many containers can have one at once
    Mode mode = Mode::cdi;
    bool preload = true;  ///< set LD_PRELOAD to Onload's library
    std::string libraries_path{paths::library_directory};
    std::vector<MountOption> mounts;  ///< in addition to the libraries; only with Mode::explicitly
    std::string status{paths::status_json};
    std::string device_root{paths::devices};  ///< where the plugin sees the host's /dev
    std::string kubelet_directory{paths::kubelet_device_plugins};
    std::string listen_host;  ///< "" for every address
    std::uint16_t listen_port = 9110;
    bool help = false;
    bool version = false;
};

/// ErrorCode::usage says which argument is wrong and what would be right.
[[nodiscard]] Result<Options> parse_options(const std::vector<std::string_view>& arguments);

/// What --help prints.
[[nodiscard]] std::string help_text();

}  // namespace onload_node::device_plugin
