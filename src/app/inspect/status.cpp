// SPDX-License-Identifier: BSD-2-Clause
#include "app/inspect/inspect_commands.hpp"
#include "app/inspect/status_text.hpp"
#include "app/output/terminal.hpp"
#include "app/session/node_kernels.hpp"
#include "app/session/node_report.hpp"
#include "core/model/exit_status.hpp"

namespace onload_node {

namespace {

Result<StatusView> look_now(const Command& command) {
    Node node;
    StatusView view{TRY(report_on(node, command))};
    const auto sensors = node.sensors();
    view.details = sensors.hardware.live_details(view.report.functions);
    view.cpus = look_at_cpus(sensors.files, view.report.functions);
    if (const auto kernels = node_kernels(command, sensors)) {
        view.next_kernel = kernels->pending;
    }
    return view;
}

std::string text_of(const StatusView& view, const Command& command) {
    return command.json ? status_json(view) : status_text(view, {text_width(), colour_wanted()});
}

}  // namespace

Result<std::string> status_output(const Command& command) {
    return text_of(TRY(look_now(command)), command);
}

Result<int> status(const Command& command) {
    const auto view = TRY(look_now(command));
    print(text_of(view, command));
    return exit_status_of(view.report.state, view.report.code);
}

}  // namespace onload_node
