// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "stage/staging.hpp"

#include <string>

namespace onload_node {

/// The version of the user libraries that were extracted; empty if they do not tell. They work with
/// modules of the same build only. ErrorCode::mismatch: the image has modules of another version.
/// That of modules which came from elsewhere is only compared, and said where it differs.
[[nodiscard]] Result<std::string> version_of_user_libraries(
    const Extracted& extracted, const StagingOrder& order, const StagingAccess& access
);

}  // namespace onload_node
