// SPDX-License-Identifier: BSD-2-Clause
#include "system/devices/hardware.hpp"

#include "base/text.hpp"
#include "core/formats/vpd.hpp"
#include "core/model/paths.hpp"
#include "system/devices/links.hpp"
#include "system/devices/udev_objects.hpp"
#include "system/files/file_bytes.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include <net/if.h>
#include <unistd.h>

namespace onload_node {

namespace {

/// Class 0x0200, Ethernet controller, with any programming interface.
constexpr const char* ethernet_pattern = "0x0200*";

/// Parses a number as sysfs writes it, "0x1924"; 0 for anything else.
unsigned hex_number(const std::string& text) {
    unsigned value = 0;
    if (text.starts_with("0x")) {
        std::from_chars(text.data() + 2, text.data() + text.size(), value, 16);
    }
    return value;
}

std::uint16_t id_attribute(udev_device* device, const char* name) {
    return static_cast<std::uint16_t>(hex_number(attribute(device, name)));
}

Interface read_interface(udev_device* device) {
    Interface interface;
    interface.name = name_of(device);
    interface.mac = MacAddress::parse(attribute(device, "address")).value_or(MacAddress{});
    interface.permanent_mac = permanent_mac(interface.name);
    interface.up = (hex_number(attribute(device, "flags")) & static_cast<unsigned>(IFF_UP)) != 0;
    interface.initialised = is_initialised(device);
    interface.link_file = property(device, "ID_NET_LINK_FILE");
    interface.link_name = property(device, "ID_NET_NAME");
    for (const char* const kind : {"ID_NET_NAME_ONBOARD", "ID_NET_NAME_SLOT", "ID_NET_NAME_PATH"}) {
        if (auto name = property(device, kind); !name.empty()) {
            interface.predictable.push_back(std::move(name));
        }
    }
    return interface;
}

/// The physical function that a virtual one belongs to.
std::optional<PciAddress> physical_function(udev_device* device) {
    std::array<char, 256> target{};
    const std::string link = udev_device_get_syspath(device) + std::string("/physfn");
    const ssize_t length = ::readlink(link.c_str(), target.data(), target.size());
    if (length <= 0) {
        return std::nullopt;
    }
    const std::string_view path(target.data(), static_cast<std::size_t>(length));
    const auto address = PciAddress::parse(path.substr(path.rfind('/') + 1));
    return address ? std::optional(*address) : std::nullopt;
}

/// A port's own interface has the port name "p0", a virtual function's representor "p0pf0vf1".
bool is_representor(udev_device* device) {
    return attribute(device, "phys_port_name").find("pf") != std::string::npos;
}

std::string driver_override(udev_device* device) {
    // The kernel prints "(null)" for "not set".
    std::string text = attribute(device, "driver_override");
    return text == "(null)" ? std::string() : text;
}

/// The interfaces of one function, and the ID_PATH that udev gave to them.
struct FunctionInterfaces {
    std::vector<Interface> interfaces;
    std::vector<std::string> representors;
    std::string id_path;
};

std::map<std::string, FunctionInterfaces> by_function(const std::vector<UdevDevice>& interfaces) {
    std::map<std::string, FunctionInterfaces> functions;
    for (const auto& device : interfaces) {
        const std::string function = function_of(device.get());
        if (function.empty()) {
            continue;
        }
        auto& entry = functions[function];
        if (is_representor(device.get())) {
            entry.representors.push_back(name_of(device.get()));
            continue;
        }
        entry.interfaces.push_back(read_interface(device.get()));
        if (entry.id_path.empty()) {
            entry.id_path = property(device.get(), "ID_PATH");
        }
    }
    return functions;
}

DiscoveredFunction read_function(udev_device* device, const PciAddress& address) {
    DiscoveredFunction discovered;
    NetworkFunction& function = discovered.function;
    function.address = address;
    function.vendor = id_attribute(device, "vendor");
    function.device = id_attribute(device, "device");
    function.subsystem_vendor = id_attribute(device, "subsystem_vendor");
    function.subsystem_device = id_attribute(device, "subsystem_device");
    function.driver = driver_of(device);
    function.driver_module = driver_module_of(device);
    function.driver_override = driver_override(device);
    function.physical_function = physical_function(device);
    discovered.modalias = attribute(device, "modalias");
    return discovered;
}

void add_interfaces(NetworkFunction& function, FunctionInterfaces own) {
    // udev sets ID_PATH while it handles an interface. If it has not done so, or if there is no
    // interface, we use what ID_PATH will be on machines whose PCI hosts are found by ACPI.
    // OpenShift supports only those.
    function.id_path =
        own.id_path.empty() ? "pci-" + function.address.to_string() : std::move(own.id_path);
    function.interfaces = std::move(own.interfaces);
    function.representors = std::move(own.representors);
}

}  // namespace

Result<std::vector<DiscoveredFunction>> SystemHardware::network_functions() const {
    const auto context = TRY(open_udev());
    const auto found = TRY(enumerate(context.get(), {"pci", "class", ethernet_pattern}));
    const auto net = TRY(enumerate(context.get(), {"net", "", ""}));
    auto interfaces = by_function(net);
    std::vector<DiscoveredFunction> functions;
    for (const auto& device : found) {
        if (const auto address = PciAddress::parse(name_of(device.get()))) {
            auto function = read_function(device.get(), *address);
            add_interfaces(function.function, std::move(interfaces[address->to_string()]));
            const auto after = std::find_if(functions.begin(), functions.end(), [&](const auto& f) {
                return *address < f.function.address;
            });
            functions.insert(after, std::move(function));
        }
    }
    return functions;
}

std::string SystemHardware::model(const NetworkFunction& function) const {
    return names_.model(
        {function.vendor, function.device, function.subsystem_vendor, function.subsystem_device}
    );
}

FunctionDetails SystemHardware::details(const NetworkFunction& function) const {
    FunctionDetails details;
    const std::string folder =
        compose("{}/{}/", paths::sys_pci_devices, function.address.to_string());
    if (const auto bytes = read_text_file(folder + "vpd")) {
        auto vpd = parse_vpd(*bytes);
        details.part = std::move(vpd.part);
        details.serial = std::move(vpd.serial);
    }
    if (const auto text = read_text_file(folder + "numa_node")) {
        std::from_chars(text->data(), text->data() + text->size(), details.numa_node);
    }
    if (function.interfaces.empty()) {
        return details;
    }
    const std::string& interface = function.interfaces.front().name;
    if (const auto text =
            read_text_file(compose("{}/{}/phys_port_name", paths::sys_net, interface))) {
        details.port = text->substr(0, text->find('\n'));
    }
    if (const auto others = onload_node::alternative_names()) {
        for (const auto& [name, also] : *others) {
            if (name == interface) {
                details.also.push_back(also);
            }
        }
    }
    return details;
}

Result<AlternativeNames> SystemHardware::alternative_names() const {
    return onload_node::alternative_names();
}

Result<std::vector<Link>> SystemHardware::links() const {
    return network_links();
}

Result<std::vector<std::string>> SystemHardware::interface_names() const {
    const auto context = TRY(open_udev());
    const auto found = TRY(enumerate(context.get(), {"net", "", ""}));
    std::set<std::string> interfaces;
    for (const auto& device : found) {
        interfaces.insert(name_of(device.get()));
    }
    return std::vector<std::string>(interfaces.begin(), interfaces.end());
}

}  // namespace onload_node
