// SPDX-License-Identifier: BSD-2-Clause
#include "device_plugin/json_members.hpp"

namespace onload_node::device_plugin {

const Json& list(const Json& object, const char* name) {
    static const Json none = Json::array();
    const auto* const value = member(object, name);
    return value != nullptr && value->is_array() ? *value : none;
}

const Json& table(const Json& object, const char* name) {
    static const Json none = Json::object();
    const auto* const value = member(object, name);
    return value != nullptr && value->is_object() ? *value : none;
}

}  // namespace onload_node::device_plugin
