// SPDX-License-Identifier: BSD-2-Clause
#include "system/systemd/properties.hpp"

#include "base/text.hpp"

namespace onload_node::pid1 {

BusMethod manager(const char* method) {
    return {manager_path, manager_interface, method};
}

Result<std::string> text_of(const std::string& what, Result<BusMessage> reply, char type) {
    if (!reply) {
        return tl::unexpected(reply.error());
    }
    const char* text = nullptr;
    const int result = sd_bus_message_read_basic(reply->get(), type, &text);
    return result < 0 ? BusConnection::bus_failure(what, result) : Result<std::string>(text);
}

Result<BusMessage> get_property(
    BusConnection& bus,
    const std::string& path,
    const char* interface,
    const char* name,
    const char* type
) {
    const std::string what = compose("cannot read {} of {}", name, path);
    auto reply = bus.call(
        what,
        {path.c_str(), "org.freedesktop.DBus.Properties", "Get"},
        call_limit,
        "ss",
        interface,
        name
    );
    if (reply) {
        if (const int result = sd_bus_message_enter_container(reply->get(), 'v', type);
            result < 0) {
            return BusConnection::bus_failure(what, result);
        }
    }
    return reply;
}

Result<std::string> text_property(
    BusConnection& bus, const std::string& path, const char* interface, const char* name
) {
    return text_of(
        "cannot read " + std::string(name), get_property(bus, path, interface, name, "s"), 's'
    );
}

}  // namespace onload_node::pid1
