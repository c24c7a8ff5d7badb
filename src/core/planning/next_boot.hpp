// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/verifying/verify.hpp"

#include <vector>

namespace onload_node {

/// What keeps the next boot from loading what would load, or from accelerating anything with it:
/// the kernel command line, the boot guard, a control plane server that is missing. No part of
/// verify(), for who stages does not mind. At least one check; those that failed are mandatory.
/// Pure.
[[nodiscard]] std::vector<Check> verify_next_boot(const Config& config, const Observed& observed);

}  // namespace onload_node
