// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <string_view>

namespace onload_node::device_plugin {

/// Why a kubelet would refuse this name of an extended resource, with the rule; "" if it takes it.
/// A kubelet says no at the registration, which would then be tried again for ever.
[[nodiscard]] std::string resource_name_complaint(std::string_view name);

}  // namespace onload_node::device_plugin
