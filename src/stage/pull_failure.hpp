// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"
#include "stage/image.hpp"
#include "stage/source.hpp"

#include <string>

namespace onload_node {

/// What podman's complaint about a pull means, and what to do about it. Where podman has asked
/// mirrors, a reason for each registry that it asked, in that order.
[[nodiscard]] Error
explain_pull(const Source& source, const RegistryAccess& access, const std::string& complaint);

}  // namespace onload_node
