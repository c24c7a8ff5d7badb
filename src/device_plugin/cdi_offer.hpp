// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"
#include "device_plugin/node_status.hpp"
#include "device_plugin/options.hpp"

#include <optional>
#include <string>

namespace onload_node::device_plugin {

/// What stands in the CDI spec; or why it cannot be read. ErrorCode::permission: it is kept from
/// us. ErrorCode::not_found: there is none.
using CdiText = Result<std::string>;

/// What the CDI spec gives to containers.
struct CdiView {
    std::string libraries;  ///< the directory of the host that it mounts as options.libraries_path
    std::string problem;    ///< why a container engine could not give the device that options.mode
                            ///< == Mode::cdi names; "" if it can
};

/// What the node says of its spec counts only where we may not look at it.
[[nodiscard]] CdiView
look_at_cdi(const Options& options, const CdiText& spec, const std::optional<StatusCdi>& told);

/// The name of the device within its kind.
[[nodiscard]] std::string_view cdi_device(const Options& options);

}  // namespace onload_node::device_plugin
