// SPDX-License-Identifier: BSD-2-Clause
#include "system/devices/hardware_reader.hpp"

#include "base/text.hpp"
#include "core/formats/vpd.hpp"
#include "core/model/paths.hpp"
#include "system/devices/hardware_message.hpp"
#include "system/devices/links.hpp"
#include "system/devices/udev_objects.hpp"
#include "system/files/file_bytes.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <span>
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

int tell(int out, ToldHardware& told) {
    const auto message = message_of(told);
    return write_all(out, std::as_bytes(std::span(message)), "") ? 0 : EIO;
}

/// What the kernel tells without a lock.
NetworkFunction identify(udev_device* device, const PciAddress& address) {
    NetworkFunction function;
    function.address = address;
    function.hung = true;
    function.vendor = id_attribute(device, "vendor");
    function.device = id_attribute(device, "device");
    function.subsystem_vendor = id_attribute(device, "subsystem_vendor");
    function.subsystem_device = id_attribute(device, "subsystem_device");
    function.driver = driver_of(device);
    function.driver_module = driver_module_of(device);
    function.physical_function = physical_function(device);
    function.modalias = attribute(device, "modalias");
    // udev sets ID_PATH while it handles an interface. If it has not done so, or if there is no
    // interface, we use what ID_PATH will be on machines whose PCI hosts are found by ACPI.
    // OpenShift supports only those.
    function.id_path = "pci-" + address.to_string();
    return function;
}

void ask_about_interface(NetworkFunction& function, udev_device* interface) {
    if (is_representor(interface)) {
        function.representors.push_back(name_of(interface));
        return;
    }
    if (auto path = property(interface, "ID_PATH"); !path.empty() && function.interfaces.empty()) {
        function.id_path = std::move(path);
    }
    function.interfaces.push_back(read_interface(interface));
}

/// Asks for the rest. Of what is read here the kernel takes the device's lock for driver_override
/// and sriov_numvfs, and that of all interfaces for the permanent address and the port's name.
void ask(
    NetworkFunction& function, udev_device* device, const std::vector<UdevDevice>& interfaces
) {
    function.driver_override = driver_override(device);
    const auto text = attribute(device, "sriov_numvfs");
    std::from_chars(text.data(), text.data() + text.size(), function.virtual_functions);
    for (const auto& interface : interfaces) {
        if (function_of(interface.get()) == name_of(device)) {
            ask_about_interface(function, interface.get());
        }
    }
    function.hung = false;
}

int tell_function(
    int out,
    udev_device* device,
    const PciAddress& address,
    const std::vector<PciAddress>& hung,
    const std::vector<UdevDevice>& interfaces
) {
    ToldHardware told;
    told.found.functions.push_back(identify(device, address));
    const int failed = tell(out, told);
    if (contains(hung, address)) {
        return failed;
    }
    ask(told.found.functions.front(), device, interfaces);
    return failed | tell(out, told);
}

Result<int> tell_all(int out, const std::vector<PciAddress>& hung) {
    const auto context = TRY(open_udev());
    const auto interfaces = TRY(enumerate(context.get(), {"net", "", ""}));
    const auto functions = TRY(enumerate(context.get(), {"pci", "class", ethernet_pattern}));
    int failed = 0;
    for (const auto& device : functions) {
        if (const auto address = PciAddress::parse(name_of(device.get()))) {
            failed |= tell_function(out, device.get(), *address, hung, interfaces);
        }
    }
    ToldHardware told;
    for (const auto& interface : interfaces) {
        told.found.interfaces.push_back(name_of(interface.get()));
    }
    failed |= tell(out, told);
    // The kernel needs the lock of all interfaces for the answer.
    if (auto others = alternative_names()) {
        told.found.alternative_names = std::move(*others);
    }
    return failed | tell(out, told);
}

}  // namespace

int tell_hardware(int out, const std::vector<PciAddress>& hung) {
    return tell_all(out, hung).value_or(EIO);
}

int tell_links(int out) {
    auto links = network_links();
    if (!links) {
        return EIO;
    }
    ToldHardware told;
    told.links = std::move(*links);
    return tell(out, told);
}

namespace {

/// -1 where the file is not there, has none, or cannot be read, as that of a link that is down.
int number_in(const std::string& path) {
    int number = -1;
    if (const auto text = read_text_file(path)) {
        std::from_chars(text->data(), text->data() + text->size(), number);
    }
    return number;
}

FunctionDetails read_live_details(const NetworkFunction& function) {
    FunctionDetails details;
    details.numa_node =
        number_in(compose("{}/{}/numa_node", paths::sys_pci_devices, function.address.to_string()));
    if (!function.interfaces.empty() && !function.hung) {
        const auto& name = function.interfaces.front().name;
        const auto folder = compose("{}/{}/", paths::sys_net, name);
        details.carrier = number_in(folder + "carrier");
        details.speed = number_in(folder + "speed");
        details.firmware = firmware_version(name);
    }
    return details;
}

}  // namespace

int tell_live_details(int out, const std::vector<NetworkFunction>& functions) {
    ToldHardware told;
    int failed = 0;
    for (const auto& function : functions) {
        told.live_details.push_back(read_live_details(function));
        failed |= tell(out, told);
    }
    return failed;
}

int tell_details(int out, const NetworkFunction& function) {
    ToldHardware told;
    FunctionDetails& details = told.details;
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
        return tell(out, told);
    }
    const std::string& interface = function.interfaces.front().name;
    if (const auto text =
            read_text_file(compose("{}/{}/phys_port_name", paths::sys_net, interface))) {
        details.port = text->substr(0, text->find('\n'));
    }
    if (const auto others = alternative_names()) {
        for (const auto& [name, also] : *others) {
            if (name == interface) {
                details.also.push_back(also);
            }
        }
    }
    return tell(out, told);
}

}  // namespace onload_node
