// SPDX-License-Identifier: BSD-2-Clause
#include "unit/system/devices/hardware_fixture.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <umockdev.h>
#include <unistd.h>

namespace onload_node::fixture {

namespace {

const std::string database = "/run/udev/data";

std::string take(gchar* text) {
    std::string copy = text == nullptr ? "" : text;
    g_free(text);
    return copy;
}

}  // namespace

bool HardwareFixture::preloaded() {
    // umockdev's own answer is true only once there is a testbed.
    const char* const libraries = std::getenv("LD_PRELOAD");
    return libraries != nullptr &&
           std::string_view(libraries).find("umockdev-preload") != std::string_view::npos;
}

bool HardwareFixture::isolate_run() {
    const int spaces = CLONE_NEWNS | (::geteuid() == 0 ? 0 : CLONE_NEWUSER);
    return ::unshare(spaces) == 0 &&
           ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           ::mount("none", "/run", "tmpfs", 0, "mode=0755") == 0;
}

HardwareFixture::HardwareFixture() : testbed_(umockdev_testbed_new()) {
    std::filesystem::create_directories(database);
    // The file by which libudev knows that udevd runs.
    std::ofstream("/run/udev/control").put('\n');
}

HardwareFixture::~HardwareFixture() {
    g_object_unref(testbed_);
    std::filesystem::remove_all("/run/udev");
}

void HardwareFixture::hang(const std::string& address) {
    const std::string root = take(umockdev_testbed_get_root_dir(testbed_));
    const std::string path = root + functions_.at(address) + "/driver_override";
    std::filesystem::remove(path);
    if (::mkfifo(path.c_str(), 0644) != 0) {
        throw std::runtime_error("cannot make " + path);
    }
}

void HardwareFixture::add_function(const std::string& address, const std::string& pci_class) {
    functions_[address] = take(umockdev_testbed_add_device(
        testbed_,
        "pci",
        address.c_str(),
        nullptr,
        // attributes
        "class",
        pci_class.c_str(),
        "vendor",
        "0x1924",
        "device",
        "0x0a03",
        "subsystem_vendor",
        "0x1924",
        "subsystem_device",
        "0x8022",
        "driver_override",
        "(null)",
        "modalias",
        "pci:v00001924d00000A03sv00001924sd00008022bc02sc00i00",
        nullptr,
        // properties
        "PCI_SLOT_NAME",
        address.c_str(),
        nullptr
    ));
}

void HardwareFixture::set_attribute(
    const std::string& address, const std::string& name, const std::string& value
) {
    umockdev_testbed_set_attribute(
        testbed_, functions_.at(address).c_str(), name.c_str(), value.c_str()
    );
}

void HardwareFixture::set_bytes(
    const std::string& address, const std::string& name, const std::string& bytes
) {
    umockdev_testbed_set_attribute_binary(
        testbed_,
        functions_.at(address).c_str(),
        name.c_str(),
        reinterpret_cast<guint8*>(const_cast<char*>(bytes.data())),
        static_cast<gint>(bytes.size())
    );
}

void HardwareFixture::make_virtual(const std::string& address, const std::string& physical) {
    const std::string target = "../" + physical;
    umockdev_testbed_set_attribute_link(
        testbed_, functions_.at(address).c_str(), "physfn", target.c_str()
    );
}

void HardwareFixture::set_port_name(const std::string& interface, const std::string& name) {
    umockdev_testbed_set_attribute(
        testbed_, interfaces_.at(interface).sysfs.c_str(), "phys_port_name", name.c_str()
    );
}

void HardwareFixture::bind(const std::string& address, const std::string& driver) {
    const std::string target = "/sys/bus/pci/drivers/" + driver;
    umockdev_testbed_set_attribute_link(
        testbed_, functions_.at(address).c_str(), "driver", target.c_str()
    );
}

void HardwareFixture::register_interface(
    const std::string& name, MadeInterface interface, const std::string& mark
) {
    const std::string index = std::to_string(interface.index);
    const char* const parent =
        interface.function.empty() ? nullptr : functions_.at(interface.function).c_str();
    interface.sysfs = take(umockdev_testbed_add_device(
        testbed_,
        "net",
        name.c_str(),
        parent,
        // attributes
        "address",
        "00:0f:53:01:02:03",
        "flags",
        interface.up ? "0x1003" : "0x1002",
        "ifindex",
        index.c_str(),
        nullptr,
        // properties
        "INTERFACE",
        name.c_str(),
        "IFINDEX",
        index.c_str(),
        "SYNTH_UUID",
        mark.c_str(),
        nullptr
    ));
    interfaces_[name] = std::move(interface);
}

void HardwareFixture::add_interface(const std::string& address, const std::string& name, bool up) {
    register_interface(name, {address, "", next_index_++, up}, "0");
}

void HardwareFixture::add_virtual_interface(const std::string& name) {
    register_interface(name, {"", "", next_index_++, false}, "0");
}

void HardwareFixture::write_database(int index, bool renaming) const {
    std::ofstream file(database + "/n" + std::to_string(index));
    file << "I:1000000\nE:ID_NET_LINK_FILE=/usr/lib/systemd/network/99-default.link\n"
            "E:ID_NET_NAME=udevs0\nE:ID_NET_NAME_SLOT=udevs0\nE:ID_NET_NAME_PATH=udevp0\n"
            "E:ID_PATH=pci-from-udev\nG:systemd\n"
         << (renaming ? "E:ID_RENAMING=1\n" : "");
}

void HardwareFixture::rename(
    const std::string& name, const std::string& final_name, const std::string& mark
) {
    MadeInterface interface = interfaces_.at(name);
    umockdev_testbed_remove_device(testbed_, interface.sysfs.c_str());
    interfaces_.erase(name);
    write_database(interface.index, false);
    register_interface(final_name, std::move(interface), mark);
    umockdev_testbed_uevent(testbed_, interfaces_.at(final_name).sysfs.c_str(), "add");
}

void HardwareFixture::begin_rename(const std::string& name) {
    write_database(interfaces_.at(name).index, true);
}

void HardwareFixture::finish(const std::string& name, const std::string& final_name) {
    rename(name, final_name, "0");
}

std::string HardwareFixture::requested_mark(const std::string& name) const {
    const std::string root = take(umockdev_testbed_get_root_dir(testbed_));
    std::ifstream file(root + interfaces_.at(name).sysfs + "/uevent");
    std::string verb;
    std::string mark;
    file >> verb >> mark;
    // In the fixture what is written lies over the properties.
    return verb == "add" ? mark.substr(0, 36) : std::string();
}

void HardwareFixture::handle_request(const std::string& name, const std::string& final_name) {
    rename(name, final_name, requested_mark(name));
}

}  // namespace onload_node::fixture
