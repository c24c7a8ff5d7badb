// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/config.hpp"
#include "core/model/observed.hpp"

#include <string>

namespace onload_node {

// A driver can be there, name its ports and carry nothing. What a good boot reached over the ports
// is what the next one has to reach before it is good, too. All of this needs `observed.links`.

/// The ports that have carrier now.
[[nodiscard]] Reach reach_now(const Config& config, const Observed& observed);

/// What the last good boot reached and this one does not; empty if this one is as good. One port
/// with carrier is enough, and so is a default route over whatever device. Only a port that has
/// carrier, and over which the default route went, speaks against its driver where there is no
/// route at all.
[[nodiscard]] std::string
reach_complaint(const Reach& before, const Config& config, const Observed& observed);

}  // namespace onload_node
