// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "app/cli/cli.hpp"
#include "core/model/config.hpp"

#include <string>
#include <utility>
#include <vector>

namespace onload_node {

/// One configuration file: its path, for messages, and its content.
struct ConfigText {
    std::string path;
    std::string content;
};

/// Reads the main file and its drop-ins, in this order: a later file wins key by key, lists
/// replace, `names.port` appends. ErrorCode::config carries every complaint, one per line, each
/// beginning with file:line:column.
[[nodiscard]] Result<Config> read_config(const std::vector<ConfigText>& texts);

/// The files that make up the configuration: the main file, if there is one, and the drop-ins by
/// name, below `root`. Where a person names a file, it is that one alone, and it must be there.
[[nodiscard]] Result<std::vector<ConfigText>>
config_texts(const std::string& named_file, const std::string& root = "");

/// The configuration that the command names. The error has every complaint about it.
[[nodiscard]] Result<Config> load_config(const Command& command);

/// The same, or the defaults if it is wrong: a wrong configuration must not block the way back.
[[nodiscard]] Config config_or_default(const Command& command);

}  // namespace onload_node
