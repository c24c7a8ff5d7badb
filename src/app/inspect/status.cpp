// SPDX-License-Identifier: BSD-2-Clause
#include "app/inspect/inspect_commands.hpp"
#include "app/output/output.hpp"
#include "app/output/terminal.hpp"
#include "app/session/node_report.hpp"
#include "core/model/exit_status.hpp"

namespace onload_node {

Result<int> status(const Command& command) {
    Node node;
    const auto report = TRY(report_on(node, command));
    print(command.json ? status_json(report) : status_text(report, colour_wanted()));
    return exit_status_of(report.state, report.code);
}

}  // namespace onload_node
