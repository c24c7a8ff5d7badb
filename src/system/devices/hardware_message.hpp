// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

#include <string>
#include <string_view>
#include <vector>

/// What a child process tells of the hardware that it looks at, part by part. Values have the form
/// that they have in memory: only the same program can read them.
namespace onload_node {

/// Something of all that there is to tell.
struct ToldHardware {
    DiscoveredHardware found;
    std::vector<Link> links;
    FunctionDetails details;
    std::vector<FunctionDetails> live_details;
};

/// Leaves `told` as it is: the same code reads and writes.
[[nodiscard]] std::string message_of(ToldHardware& told);

/// Puts the parts together. A function that is told of again replaces what was told before; a part
/// that is cut off counts for nothing.
[[nodiscard]] ToldHardware read_hardware(std::string_view messages);

}  // namespace onload_node
