// SPDX-License-Identifier: BSD-2-Clause
#include "app/session/loaded_config.hpp"

#include "app/config/config_file.hpp"

namespace onload_node {

Result<Config> load_config(const Command& command) {
    const auto texts = TRY(config_texts(command.config, command.root.value_or("")));
    return read_config(texts);
}

Config config_or_default(const Command& command) {
    auto config = load_config(command);
    return config ? std::move(*config) : Config();
}

}  // namespace onload_node
