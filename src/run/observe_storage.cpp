// SPDX-License-Identifier: BSD-2-Clause
#include "base/text.hpp"
#include "core/formats/network_mounts.hpp"
#include "core/model/paths.hpp"
#include "run/observe_parts.hpp"

namespace onload_node {

namespace {

std::string attribute(const Files& files, std::string_view folder, std::string_view name) {
    auto text = files.read(compose("{}/{}", folder, name)).value_or("");
    while (text.ends_with('\n')) {
        text.pop_back();
    }
    return text;
}

/// Finds out what a connection goes through, from its route down to the devices.
class Wires {
public:
    explicit Wires(const Sensors& sensors) : sensors_(sensors) {}

    /// `source`: our own address in the connection, where it is known. Routes may depend on it.
    [[nodiscard]] std::vector<std::string>
    to(const std::string& peer, const std::string& source = "") const {
        std::vector<std::string> found;
        const auto interface = sensors_.hardware.route(peer, source);
        // What ends in this machine itself says nothing of where it comes from.
        if (interface && *interface != "lo") {
            add(*interface, found);
        }
        return found;
    }

private:
    void add(const std::string& interface, std::vector<std::string>& found) const;
    void add_open_vswitch_ports(std::vector<std::string>& found) const;

    const Sensors& sensors_;
};

void Wires::add(const std::string& interface, std::vector<std::string>& found) const {
    constexpr std::string_view lower = "lower_";
    if (contains(found, interface)) {
        return;
    }
    found.push_back(interface);
    bool bare = true;
    for (const auto& entry : sensors_.files.list(compose("{}/{}", paths::sys_net, interface))) {
        if (entry.starts_with(lower)) {
            add(entry.substr(lower.size()), found);
        }
        bare = bare && entry != "device" && !entry.starts_with(lower);
    }
    if (bare) {
        add_open_vswitch_ports(found);
    }
}

/// The kernel does not tie what Open vSwitch makes to its ports: it may go through any of them.
void Wires::add_open_vswitch_ports(std::vector<std::string>& found) const {
    for (const auto& port : sensors_.files.list(paths::sys_net)) {
        if (sensors_.files.exists(compose("{}/{}/upper_ovs-system", paths::sys_net, port))) {
            add(port, found);
        }
    }
}

void add_nvme(std::vector<NetworkStorage>& found, const Files& files, const Wires& wires) {
    for (const auto& name : files.list(paths::sys_nvme)) {
        const auto folder = compose("{}/{}", paths::sys_nvme, name);
        const auto address = attribute(files, folder, "address");
        const std::string peer(option_value(address, "traddr"));
        // A disk of this machine has the address of its PCI function.
        if (peer.empty()) {
            continue;
        }
        std::string source(option_value(address, "host_traddr"));
        if (source.empty()) {
            source = option_value(address, "src_addr");
        }
        found.push_back({compose("{} at {}", name, peer), wires.to(peer, source)});
    }
}

void add_iscsi(std::vector<NetworkStorage>& found, const Files& files, const Wires& wires) {
    for (const auto& name : files.list(paths::sys_iscsi)) {
        const auto peer = attribute(files, compose("{}/{}", paths::sys_iscsi, name), "address");
        found.push_back({compose("the iSCSI target at {}", peer), wires.to(peer)});
    }
}

/// Neither tells its peer.
void add_block_devices(std::vector<NetworkStorage>& found, const Files& files) {
    for (const auto& name : files.list(paths::sys_block)) {
        const bool connected =
            name.starts_with("rbd") ||
            (name.starts_with("nbd") && files.exists(compose("{}/{}/pid", paths::sys_block, name)));
        if (connected) {
            found.push_back({name, {}});
        }
    }
}

}  // namespace

void observe_storage(Observed& observed, const Sensors& sensors) {
    const auto& files = sensors.files;
    const Wires wires(sensors);
    auto& found = observed.storage;
    found.clear();
    add_nvme(found, files, wires);
    add_iscsi(found, files, wires);
    add_block_devices(found, files);
    for (const auto& mount : network_mounts(files.read(paths::mounts).value_or(""))) {
        found.push_back({"the file system at " + mount.point, wires.to(mount.address)});
    }
}

}  // namespace onload_node
