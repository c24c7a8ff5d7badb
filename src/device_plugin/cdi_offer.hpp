// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"
#include "device_plugin/node_status.hpp"
#include "device_plugin/onload_libraries.hpp"
#include "device_plugin/options.hpp"

#include <optional>
#include <string>

namespace onload_node::device_plugin {

/// What stands in the CDI spec; or why it cannot be read. ErrorCode::permission: it is kept from
/// us. ErrorCode::not_found: there is none.
using CdiText = Result<std::string>;

/// Why a container engine could not give a container the device that options.mode == Mode::cdi
/// names, or would give it other libraries than those that are there now; "" if it can. What the
/// node says of its spec counts only where we may not look at it.
[[nodiscard]] std::string cdi_problem(
    const Options& options,
    const CdiText& spec,
    const std::optional<StatusCdi>& told,
    const LibraryView& view
);

/// The name of the device within its kind.
[[nodiscard]] std::string_view cdi_device(const Options& options);

}  // namespace onload_node::device_plugin
