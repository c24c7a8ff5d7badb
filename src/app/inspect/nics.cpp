// SPDX-License-Identifier: BSD-2-Clause
#include "app/config/config_file.hpp"
#include "app/inspect/inspect_commands.hpp"
#include "app/output/output.hpp"
#include "app/output/terminal.hpp"
#include "app/session/node_report.hpp"
#include "run/observe.hpp"

#include <algorithm>

namespace onload_node {

/// Shows the hardware even if the configuration is wrong.
Result<int> nics(const Command& command) {
    const Config config = config_or_default(command);
    Node node;
    Observed observed;
    TRY(look(observed, config, node.sensors()));
    const Report report = report_now(config, observed, node.sensors().files);
    std::vector<Nic> nics;
    for (const auto& function : observed.functions) {
        const auto name = std::ranges::find(report.names, function.address, &ChosenName::address);
        nics.push_back(
            {&function,
             node.sensors().hardware.details(function),
             name == report.names.end() ? nullptr : &*name}
        );
    }
    print(command.json ? nics_json(nics) : nics_text(nics));
    return 0;
}

}  // namespace onload_node
