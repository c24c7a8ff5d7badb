// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <span>
#include <string_view>

namespace onload_node {

/// What a program says goes into a support bundle, as the file `commands/NAME`.
struct BundledCommand {
    std::string_view name;
    /// With one space between them. A first word of "onload-node" is the program beside us.
    std::string_view words;
};

/// Those that tell most come first: the time for all of them is limited.
[[nodiscard]] std::span<const BundledCommand> bundled_commands();

}  // namespace onload_node
