// SPDX-License-Identifier: BSD-2-Clause
#include "device_plugin/node_view.hpp"

#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "device_plugin/cdi_offer.hpp"
#include "device_plugin/loaded_modules.hpp"
#include "system/files/files.hpp"

#include <cerrno>
#include <filesystem>
#include <iterator>

#include <sys/stat.h>
#include <unistd.h>

namespace onload_node::device_plugin {

namespace {

bool is_character_device(const std::string& path) {
    struct stat found = {};
    return ::stat(path.c_str(), &found) == 0 && S_ISCHR(found.st_mode);
}

/// Whether the path leads to a directory that has no name any more on its file system.
bool is_removed(const std::string& path) {
    struct stat found = {};
    return ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode) && found.st_nlink == 0;
}

}  // namespace

NodeView::NodeView(const Options& options)
    : options_(options), libraries_(options.libraries_path) {}

Seen NodeView::look() {
    Seen seen{status(), "", {}, "", control_plane_problem(), {}};
    seen.missing_device = missing_device(seen.status);
    seen.numa_nodes = numa_nodes(seen.status);
    CdiView cdi;
    if (options_.mode == Mode::cdi) {
        const auto told = seen.status ? seen.status->cdi : std::nullopt;
        cdi = look_at_cdi(options_, SystemFiles().read(options_.cdi_spec), told);
        seen.cdi_problem = std::move(cdi.problem);
    }
    // Those that a spec names may be older than those that are staged for the next boot.
    seen.libraries =
        libraries_.look(cdi.libraries.empty() ? options_.libraries_path : cdi.libraries);
    return seen;
}

std::set<std::string> NodeView::paths(const Seen& seen) const {
    auto all = libraries_.paths(seen.libraries.directory);
    if (options_.source == Source::status) {
        all.insert(options_.status);
    }
    if (options_.mode == Mode::cdi) {
        all.insert(options_.cdi_spec);
    }
    if (!options_.control_plane_server.empty()) {
        all.insert(options_.control_plane_server);
    }
    for (const auto device : paths::onload_devices) {
        all.insert(seen_at(device));
    }
    for (const auto& device : seen.status ? seen.status->devices : std::vector<std::string>()) {
        all.insert(seen_at(device));
    }
    return all;
}

std::string NodeView::stale_mount() const {
    for (const auto& path :
         {options_.kubelet_directory,
          options_.device_root,
          options_.libraries_path,
          std::filesystem::path(options_.status).parent_path().string(),
          std::filesystem::path(options_.cdi_spec).parent_path().string()}) {
        // Any directory on the way may be the one that was mounted.
        for (std::filesystem::path at = path; at.has_relative_path(); at = at.parent_path()) {
            if (is_removed(at.string())) {
                return compose(
                    "{} was removed on the host while it was mounted here, and what has its name "
                    "there now cannot be seen",
                    at.string()
                );
            }
        }
    }
    return "";
}

Result<NodeStatus> NodeView::status() const {
    if (options_.source == Source::status) {
        return published_status();
    }
    auto status = status_from_kernel(options_.kernel_root);
    if (!status) {
        return failure("the kernel does not say which modules it has", status.error());
    }
    return status;
}

Result<NodeStatus> NodeView::published_status() const {
    const auto boot = SystemFiles(options_.kernel_root).read(paths::boot_id);
    const auto text = SystemFiles().read(options_.status);
    if (!text && text.error().code == ErrorCode::permission) {
        return failure(
            text.error().code,
            compose(
                "the node's status may not be read ({}); does SELinux refuse it? `systemctl "
                "restart "
                "onload-node-refresh` on the node gives it the type that containers may read",
                text.error().message
            )
        );
    }
    if (!text) {
        return failure(
            text.error().code,
            compose(
                "the node says nothing of itself ({}); has onload-node run?", text.error().message
            )
        );
    }
    auto read = read_node_status(*text, first_line(boot.value_or("")));
    if (!read) {
        return failure(options_.status, read.error());
    }
    return read;
}

std::string NodeView::missing_device(const Result<NodeStatus>& status) const {
    for (const auto& device : status ? status->devices : std::vector<std::string>()) {
        if (!is_character_device(seen_at(device))) {
            return device;
        }
    }
    return "";
}

/// Onload starts the server with the first stack of a network namespace and ends it with the last:
/// that it runs can be asked of no node that is idle, that it could be started can.
std::string NodeView::control_plane_problem() const {
    const auto& server = options_.control_plane_server;
    if (options_.source != Source::modules || server.empty()) {
        return "";
    }
    constexpr std::string_view without = "without its control plane server Onload accelerates "
                                         "nothing";
    if (::access(server.c_str(), X_OK) != 0 && errno != EACCES) {
        return compose("{} is not there, and {}: stage it there", server, without);
    }
    // SELinux may keep the plugin from it, and then says nothing about the kernel, which runs it.
    struct stat found = {};
    if (::stat(server.c_str(), &found) == 0 &&
        (found.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0) {
        return compose("{} cannot be executed, and {}", server, without);
    }
    const auto path = control_plane_path(options_.kernel_root);
    if (path && *path != server) {
        return compose(
            "the loaded Onload looks for its control plane server at {}, and it is at {}: load "
            "the module with cplane_server_path={}",
            *path,
            server,
            server
        );
    }
    return "";
}

std::set<std::int64_t> NodeView::numa_nodes(const Result<NodeStatus>& status) const {
    std::set<std::int64_t> nodes;
    if (options_.topology == Topology::off || !status) {
        return nodes;
    }
    for (const auto& port : status->ports) {
        const int node =
            port.driver == port_driver ? numa_node_of(options_.kernel_root, port.pci) : -1;
        if (node >= 0) {
            nodes.insert(node);
        }
    }
    return nodes;
}

/// The path at which the plugin sees a device node of the host.
std::string NodeView::seen_at(std::string_view device) const {
    constexpr std::string_view host_root = "/dev/";
    return compose(
        "{}/{}",
        options_.device_root,
        device.starts_with(host_root) ? device.substr(host_root.size()) : device
    );
}

}  // namespace onload_node::device_plugin
