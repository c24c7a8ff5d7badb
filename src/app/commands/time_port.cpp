// SPDX-License-Identifier: BSD-2-Clause
#include "app/commands/commands.hpp"
#include "app/config/config_file.hpp"
#include "app/session/node.hpp"
#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "core/planning/clock_port.hpp"
#include "run/observe.hpp"

namespace onload_node {

/// Without the lock: it decides anew at each start of sfptpd, and nothing else writes the file.
Result<int> time_port(const Command& command) {
    const Config config = config_or_default(command);
    Node node;
    Observed observed;
    TRY(look_at_clock(observed, config, node.sensors()));
    const std::string port = TRY(clock_port(config, observed));
    const auto access = node.access();
    access.progress.notice(port.empty() ? "sfptpd gets no -i" : "sfptpd gets -i " + port);
    const std::string option = port.empty() ? "" : compose("-i {}", port);
    TRY(access.files.write(paths::sfptpd_environment, compose("SFPTPD_PORT={}\n", option)));
    return 0;
}

}  // namespace onload_node
