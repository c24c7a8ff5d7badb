// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "system/systemd/bus.hpp"

#include <string>

/// What PID 1's objects tell of themselves; for the adapter over sd-bus only.
namespace onload_node::pid1 {

inline constexpr const char* manager_path = "/org/freedesktop/systemd1";
inline constexpr const char* manager_interface = "org.freedesktop.systemd1.Manager";
inline constexpr const char* unit_interface = "org.freedesktop.systemd1.Unit";

/// The default of sd-bus. PID 1 answers at once, unless it is reloading.
inline constexpr Milliseconds call_limit = std::chrono::seconds(25);

[[nodiscard]] BusMethod manager(const char* method);

/// The reply to a method that returns one string or one object path.
[[nodiscard]] Result<std::string>
text_of(const std::string& what, Result<BusMessage> reply, char type);

/// Reads a property of an object. The returned message is positioned before the value.
[[nodiscard]] Result<BusMessage> get_property(
    BusConnection& bus,
    const std::string& path,
    const char* interface,
    const char* name,
    const char* type
);

[[nodiscard]] Result<std::string>
text_property(BusConnection& bus, const std::string& path, const char* interface, const char* name);

}  // namespace onload_node::pid1
