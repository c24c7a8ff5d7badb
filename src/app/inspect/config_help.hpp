// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/config.hpp"

#include <span>
#include <string>
#include <string_view>

namespace onload_node {

/// What a person should know of a key of the configuration. onload-node.toml(5), config.toml as it
/// is delivered, and `config --show` all have it from here.
struct KeyHelp {
    std::string_view section;
    std::string_view key;
    std::string_view type;      ///< "text", "true or false", "duration", ...
    std::string_view allowed;   ///< values or range; "" where the type says all
    std::string_view sentence;  ///< what it does; whole sentences
    std::string_view example;   ///< a value that is no default, as it stands in the file
    /// The value of a configuration as it stands in a file; "" where it has none.
    std::string (*show)(const Config& config);
};

/// In the order of config_keys().
[[nodiscard]] std::span<const KeyHelp> config_help();

/// A configuration file in which every key is a comment with its default.
[[nodiscard]] std::string config_template();

}  // namespace onload_node
