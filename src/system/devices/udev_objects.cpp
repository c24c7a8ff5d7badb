// SPDX-License-Identifier: BSD-2-Clause
#include "system/devices/udev_objects.hpp"

#include "system/system_error.hpp"

#include <cerrno>
#include <filesystem>

#include <unistd.h>

namespace onload_node {

namespace {

using UdevEnumerate = Handle<udev_enumerate, udev_enumerate_unref>;

std::string text_or_empty(const char* text) {
    return text == nullptr ? std::string() : text;
}

}  // namespace

Result<Udev> open_udev() {
    Udev context(udev_new());
    if (!context) {
        return errno_failure("libudev cannot be used", errno);
    }
    return context;
}

Result<std::vector<UdevDevice>> enumerate(udev* context, const DeviceFilter& filter) {
    const UdevEnumerate search(udev_enumerate_new(context));
    if (!search) {
        return errno_failure("libudev cannot look for devices", errno);
    }
    int result = udev_enumerate_add_match_subsystem(search.get(), filter.subsystem.c_str());
    if (result >= 0 && !filter.attribute.empty()) {
        result = udev_enumerate_add_match_sysattr(
            search.get(), filter.attribute.c_str(), filter.pattern.c_str()
        );
    }
    if (result >= 0) {
        result = udev_enumerate_scan_devices(search.get());
    }
    if (result < 0) {
        return errno_failure(
            "libudev cannot look for devices of the kind " + filter.subsystem, -result
        );
    }
    std::vector<UdevDevice> devices;
    udev_list_entry* entry = nullptr;
    udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(search.get())) {
        UdevDevice device(udev_device_new_from_syspath(context, udev_list_entry_get_name(entry)));
        if (device) {
            devices.push_back(std::move(device));
        }
    }
    return devices;
}

UdevDevice find_function(udev* context, const PciAddress& address) {
    return UdevDevice(
        udev_device_new_from_subsystem_sysname(context, "pci", address.to_string().c_str())
    );
}

std::string function_of(udev_device* device) {
    // Owned by `device`: do not release it.
    udev_device* const parent =
        udev_device_get_parent_with_subsystem_devtype(device, "pci", nullptr);
    return parent == nullptr ? std::string() : name_of(parent);
}

std::string attribute(udev_device* device, const char* name) {
    return text_or_empty(udev_device_get_sysattr_value(device, name));
}

std::string property(udev_device* device, const char* name) {
    return text_or_empty(udev_device_get_property_value(device, name));
}

std::string driver_of(udev_device* device) {
    return text_or_empty(udev_device_get_driver(device));
}

std::string driver_module_of(udev_device* device) {
    std::error_code error;
    const auto module = std::filesystem::read_symlink(
        std::string(udev_device_get_syspath(device)) + "/driver/module", error
    );
    return module.filename().string();
}

bool is_initialised(udev_device* device) {
    // udev's database lists an interface even while it is being renamed. ID_RENAMING is then set,
    // and the name is not final, until udev has handled the "move" event.
    return udev_device_get_is_initialized(device) > 0 && property(device, "ID_RENAMING") != "1" &&
           ::access(udev_device_get_syspath(device), F_OK) == 0;
}

std::string name_of(udev_device* device) {
    return text_or_empty(udev_device_get_sysname(device));
}

}  // namespace onload_node
