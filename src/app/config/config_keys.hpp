// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/config.hpp"

#include <span>
#include <string_view>

namespace onload_node {

class TomlReader;

/// A key of the configuration file, and how it is read. What a person should know of it is in
/// app/inspect/config_help.hpp, which apply does without.
struct ConfigKey {
    std::string_view section;
    std::string_view key;
    /// Reads it from its section, if it is there, and complains about what it may not be.
    void (*read)(TomlReader& section, Config& config);
};

/// All keys, section by section. There are no others.
[[nodiscard]] std::span<const ConfigKey> config_keys();

}  // namespace onload_node
