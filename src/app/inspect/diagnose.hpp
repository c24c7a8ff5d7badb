// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <span>
#include <string_view>

namespace onload_node {

/// A command whose output goes into the support bundle, as the file `commands/NAME`.
struct BundledCommand {
    std::string_view name;
    /// Separated by single spaces. A first word of "onload-node" is the program beside us.
    std::string_view words;
};

/// The most telling commands come first, because the time for all of them is limited.
[[nodiscard]] std::span<const BundledCommand> bundled_commands();

}  // namespace onload_node
