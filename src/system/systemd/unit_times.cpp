// SPDX-License-Identifier: BSD-2-Clause
#include "base/text.hpp"
#include "system/systemd/bus.hpp"
#include "system/systemd/properties.hpp"
#include "system/systemd/systemd.hpp"

#include <chrono>
#include <cstdint>
#include <utility>

namespace onload_node {

namespace {

/// A moment of a unit on CLOCK_MONOTONIC, which PID 1 has in microseconds.
Result<Milliseconds> moment(BusConnection& bus, const std::string& path, const char* property) {
    const auto reply = TRY(pid1::get_property(bus, path, pid1::unit_interface, property, "t"));
    std::uint64_t moment = 0;
    const int result = sd_bus_message_read_basic(reply.get(), 't', &moment);
    return result < 0 ? BusConnection::bus_failure("cannot read a moment of " + path, result)
                      : Result<Milliseconds>(std::chrono::duration_cast<Milliseconds>(
                            std::chrono::microseconds(static_cast<std::int64_t>(moment))
                        ));
}

/// What a unit is ordered after.
Result<std::vector<std::string>> order_of(BusConnection& bus, const std::string& path) {
    const auto reply = TRY(pid1::get_property(bus, path, pid1::unit_interface, "After", "as"));
    std::vector<std::string> names;
    const char* name = nullptr;
    int result = sd_bus_message_enter_container(reply.get(), 'a', "s");
    while (result >= 0 && (result = sd_bus_message_read_basic(reply.get(), 's', &name)) > 0) {
        names.emplace_back(name);
    }
    return result < 0 ? BusConnection::bus_failure("cannot read After of " + path, result)
                      : Result<std::vector<std::string>>(std::move(names));
}

}  // namespace

Result<UnitTimes> SystemdUnits::times(const std::string& name) {
    const auto bus = TRY(connection());
    const std::string what = "cannot look up " + name;
    const auto path = TRY(pid1::text_of(
        what, bus->call(what, pid1::manager("LoadUnit"), pid1::call_limit, "s", name.c_str()), 'o'
    ));
    UnitTimes times;
    auto id = TRY(pid1::text_property(*bus, path, pid1::unit_interface, "Id"));
    auto load_state = TRY(pid1::text_property(*bus, path, pid1::unit_interface, "LoadState"));
    auto after = TRY(order_of(*bus, path));
    const std::pair<const char*, Milliseconds*> properties[] = {
        {"InactiveExitTimestampMonotonic", &times.begun},
        {"ActiveEnterTimestampMonotonic", &times.active},
        {"InactiveEnterTimestampMonotonic", &times.inactive}};
    for (const auto& [property, field] : properties) {
        *field = TRY(moment(*bus, path, property));
    }
    times.id = std::move(id);
    times.load_state = std::move(load_state);
    times.after = std::move(after);
    return times;
}

}  // namespace onload_node
