// SPDX-License-Identifier: BSD-2-Clause
#include "app/commands/commands.hpp"
#include "app/config/config_file.hpp"
#include "app/session/node_report.hpp"
#include "app/session/publish.hpp"
#include "app/session/session.hpp"

namespace onload_node {

Result<int> refresh(const Command& command) {
    const auto session = TRY(Session::open("refresh"));
    const auto report = TRY(report_on(session->node(), command));
    publish(report, config_or_default(command).publish, session->node());
    return 0;
}

}  // namespace onload_node
