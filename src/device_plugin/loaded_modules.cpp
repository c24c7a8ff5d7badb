// SPDX-License-Identifier: BSD-2-Clause
#include "device_plugin/loaded_modules.hpp"

#include "base/text.hpp"
#include "core/model/onload.hpp"
#include "core/model/paths.hpp"
#include "system/files/files.hpp"

#include <array>
#include <charconv>
#include <filesystem>
#include <system_error>

namespace onload_node::device_plugin {

namespace {

constexpr std::string_view our_modules[] = {"onload", "sfc", "sfc_char", "sfc_resource"};
/// Where Onload looks when it was told nothing: the help of its parameter says so
/// (Xilinx-CNS/onload, src/driver/linux_onload/cplane.c).
constexpr std::string_view default_control_plane = "/sbin/onload_cp_server";

/// The columns of a line of /proc/modules: name, size, users, their names, state, address and,
/// behind those, what taints the kernel.
constexpr std::size_t name_column = 0;
constexpr std::size_t state_column = 4;
constexpr std::size_t taint_column = 6;

void take_module(NodeStatus& status, std::string_view line, const SystemFiles& files) {
    const auto columns = words_of(line);
    if (columns.size() <= state_column || !contains(our_modules, columns[name_column]) ||
        columns[state_column] != "Live") {
        return;
    }
    const bool out_of_tree =
        columns.size() > taint_column && columns[taint_column].find('O') != std::string_view::npos;
    const auto name = std::string(columns[name_column]);
    const auto version = files.read(compose("{}/{}/version", paths::sys_module, name));
    status.modules.push_back(
        {name, out_of_tree ? "out-of-tree" : "in-tree", first_line(version.value_or(""))}
    );
}

std::vector<StatusPort> ports_of(const SystemFiles& files, const std::string& root) {
    std::vector<StatusPort> ports;
    for (const auto& pci : files.list(paths::sys_pci_devices)) {
        std::error_code none;
        const auto link = compose("{}{}/{}/driver", root, paths::sys_pci_devices, pci);
        if (file_name(std::filesystem::read_symlink(link, none).string()) == port_driver) {
            ports.push_back({pci, std::string(port_driver)});
        }
    }
    return ports;
}

}  // namespace

Result<NodeStatus> status_from_kernel(const std::string& root) {
    const SystemFiles files(root);
    const auto loaded = TRY(files.read(paths::loaded_modules));
    NodeStatus status;
    status.published = false;
    for (std::string_view rest = loaded; !rest.empty();) {
        take_module(status, take_until(rest, "\n"), files);
    }
    status.devices.assign(std::begin(paths::onload_devices), std::end(paths::onload_devices));
    status.ports = ports_of(files, root);
    return status;
}

Result<std::string> control_plane_path(const std::string& root) {
    const auto path = compose(
        "{}/{}/parameters/{}", paths::sys_module, onload::module, onload::control_plane_parameter
    );
    auto told = first_line(TRY(SystemFiles(root).read(path)));
    return told.empty() ? std::string(default_control_plane) : told;
}

int numa_node_of(const std::string& root, const std::string& pci) {
    const auto text =
        SystemFiles(root).read(compose("{}/{}/numa_node", paths::sys_pci_devices, pci));
    int node = -1;
    if (text) {
        std::from_chars(text->data(), text->data() + text->size(), node);
    }
    return node;
}

}  // namespace onload_node::device_plugin
