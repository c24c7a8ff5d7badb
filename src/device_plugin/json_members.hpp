// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

/// Members of JSON that others have written. Nothing here throws: a member of another type counts
/// as absent, and so does every member of what is no object.
namespace onload_node::device_plugin {

using Json = nlohmann::json;

/// The member, or null.
[[nodiscard]] inline const Json* member(const Json& object, const char* name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    return object.is_object() && found != object.end() ? &*found : nullptr;
}

[[nodiscard]] inline std::string text(const Json& object, const char* name) {
    const auto* const value = member(object, name);
    return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

[[nodiscard]] inline bool flag(const Json& object, const char* name) {
    const auto* const value = member(object, name);
    return value != nullptr && value->is_boolean() && value->get<bool>();
}

[[nodiscard]] inline std::uint64_t count(const Json& object, const char* name) {
    const auto* const value = member(object, name);
    return value != nullptr && value->is_number_unsigned() ? value->get<std::uint64_t>() : 0;
}

/// The member if it is an array, else an empty array.
[[nodiscard]] const Json& list(const Json& object, const char* name);

/// The member if it is an object, else an empty object.
[[nodiscard]] const Json& table(const Json& object, const char* name);

}  // namespace onload_node::device_plugin
