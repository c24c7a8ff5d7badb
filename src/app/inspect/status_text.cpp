// SPDX-License-Identifier: BSD-2-Clause
#include "app/inspect/status_text.hpp"

#include "app/output/output_parts.hpp"
#include "base/text.hpp"
#include "core/model/reasons.hpp"
#include "core/modules/swap_scope.hpp"

#include <algorithm>
#include <iterator>

namespace onload_node {

namespace {

/// Of what stands before a line's text.
constexpr std::size_t title_width = 10;

/// Breaks the text between words. The first line has the title before it, the others blanks.
std::string paragraph(std::string_view title, std::string_view text, std::size_t width) {
    const std::size_t room = std::max(width, title_width + title_width) - title_width;
    std::string lines;
    std::string line;
    const auto end_line = [&] {
        lines += column(lines.empty() ? std::string(title) : "", title_width) + line + "\n";
        line.clear();
    };
    while (!text.empty()) {
        const auto word = take_until(text, " ");
        if (!line.empty() && line.size() + 1 + word.size() > room) {
            end_line();
        }
        append(line, " ", word);
    }
    end_line();
    return lines;
}

/// Rows of cells in columns as wide as their widest cell. One that does not fit into the width is
/// broken between its cells.
std::string table(
    std::string_view title, const std::vector<std::vector<std::string>>& rows, std::size_t width
) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], row[i].size());
        }
    }
    std::string text;
    for (const auto& row : rows) {
        std::string line = column(text.empty() ? std::string(title) : "", title_width);
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (line.size() > title_width && line.size() + widths[i] > width) {
                text += line.erase(line.find_last_not_of(' ') + 1) + "\n";
                line = column("", title_width + 2);
            }
            line += column(row[i], widths[i] + 2);
        }
        text += line.erase(line.find_last_not_of(' ') + 1) + "\n";
    }
    return text;
}

std::string next_text(const Report& report, std::size_t width) {
    const bool wrong = report.state == State::degraded || report.state == State::in_tree ||
                       report.state == State::failed;
    if (!wrong) {
        return "";
    }
    const auto& facts = facts_of(report.code);
    return paragraph("reason", compose("{}: {}", facts.word, facts.meaning), width) +
           paragraph("to do", facts.advice, width) +
           paragraph("look at", facts.where_to_look, width);
}

std::string modules_text(const Report& report, std::size_t width) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& [module, sha256] : report.modules) {
        rows.push_back(
            {module.name.str(),
             std::string(to_string(module.origin)),
             module.version.empty() ? "-" : module.version,
             "build " + short_build_id(module.build_id)}
        );
    }
    return table("modules", rows, width);
}

/// "10 Gbit/s", "no link", "down".
std::string link_text(const FunctionDetails& details) {
    constexpr int mbit_in_gbit = 1000;
    if (details.carrier < 0) {
        return "down";
    }
    if (details.carrier == 0) {
        return "no link";
    }
    if (details.speed <= 0) {
        return "link";
    }
    return details.speed % mbit_in_gbit == 0
               ? compose("{} Gbit/s", std::to_string(details.speed / mbit_in_gbit))
               : compose("{} Mbit/s", std::to_string(details.speed));
}

std::string mac_text(const NetworkFunction& function) {
    if (function.interfaces.empty()) {
        return "-";
    }
    const auto& interface = function.interfaces.front();
    return interface.permanent_mac.value_or(interface.mac).to_string();
}

std::vector<std::string> port_row(const NetworkFunction& function, const FunctionDetails& details) {
    return {
        function.interfaces.empty() ? "-" : function.interfaces.front().name,
        function.address.to_string(),
        mac_text(function),
        function.driver.empty() ? "no driver" : function.module(),
        function.interfaces.empty() ? "-" : link_text(details),
        details.firmware.empty() ? "" : "fw " + details.firmware,
        details.numa_node < 0 ? "" : compose("node {}", std::to_string(details.numa_node))};
}

std::string ports_text(const StatusView& view, std::size_t width) {
    std::vector<std::vector<std::string>> rows;
    std::vector<std::string> models;
    const auto& functions = view.report.functions;
    for (std::size_t i = 0; i < functions.size(); ++i) {
        rows.push_back(
            port_row(functions[i], i < view.details.size() ? view.details[i] : FunctionDetails())
        );
        if (!functions[i].model.empty() && !contains(models, functions[i].model)) {
            models.push_back(functions[i].model);
        }
    }
    std::string text = table("ports", rows, width);
    for (const auto& model : models) {
        text += paragraph("card", model, width);
    }
    for (const auto& left : view.report.left_alone) {
        text += paragraph("", "left alone: " + left, width);
    }
    return text;
}

/// The policy, then the ports that somebody else names, or that cannot have their name.
std::string names_text(const Report& report, std::size_t width) {
    std::string text = paragraph("names", to_string(report.policy), width);
    for (const auto& port : report.names) {
        if (!port.owner.empty() || port.problem) {
            text += paragraph("", compose("{}: {}", port.address.to_string(), port.reason), width);
        }
    }
    return text;
}

std::string clock_text(const Report& report, std::size_t width) {
    std::string text = compose("kept by {}", join(report.clock_keepers));
    if (!report.clock_since.empty()) {
        text += compose(" since {}", report.clock_since);
    }
    if (!report.clock_next.empty() && report.clock_waits_for.empty()) {
        text += compose("; {} is tried again at {}", report.time_daemon, report.clock_next);
    }
    if (!report.clock_waits_for.empty()) {
        text += compose("; {} waits for {}", report.time_daemon, report.clock_waits_for);
    }
    return paragraph("clock", compose("{}; held back: {}", text, join(report.displaced)), width);
}

std::string guard_text(const Report& report, std::size_t width) {
    return paragraph(
        "guard",
        compose(
            "{}{} of {} bad boots in a row",
            report.guard.tripped ? "tripped: " : "",
            std::to_string(report.guard.dead_boots),
            std::to_string(report.guard_limit)
        ),
        width
    );
}

std::string kernels_text(const StatusView& view, std::size_t width) {
    const auto& report = view.report;
    std::vector<std::string> kernels;
    for (const auto& kernel : report.staged) {
        const bool runs = kernel == report.kernel;
        const bool next = kernel == view.next_kernel;
        kernels.push_back(
            compose("{}{}{}", kernel, runs ? " (runs)" : "", next ? " (next boot)" : "")
        );
    }
    std::string text =
        kernels.empty() ? "nothing is staged" : "staged for " + joined(kernels, ", ");
    if (!contains(report.staged, report.kernel)) {
        text += compose("; {} runs", report.kernel);
    }
    if (!view.next_kernel.empty() && !contains(report.staged, view.next_kernel)) {
        text += compose("; the next boot runs {}, and NOTHING is staged for it", view.next_kernel);
    }
    return paragraph("kernels", text, width);
}

std::string cpus_text(const CpuPlacement& cpus, std::size_t width) {
    std::string text = compose(
        "isolated {}", cpus.isolated.empty() ? std::string("none") : cpu_list(cpus.isolated)
    );
    for (const auto& [interface, used] : cpus.interrupts) {
        text += compose("; interrupts of {} on {}", interface, cpu_list(used));
    }
    if (!cpus.server.empty()) {
        text += compose("; onload_cp_server may run on {}", cpu_list(cpus.server));
    }
    return paragraph("cpus", text, width);
}

toml::table cpus_json(const CpuPlacement& cpus) {
    toml::table interrupts;
    for (const auto& [interface, used] : cpus.interrupts) {
        put(interrupts, interface, cpu_list(used));
    }
    toml::table table;
    put(table, "isolated", cpu_list(cpus.isolated));
    table.insert("interrupts", std::move(interrupts));
    put(table, "control_plane_server", cpu_list(cpus.server));
    return table;
}

void add_details(toml::table& document, const StatusView& view) {
    toml::array* const nics = document["nics"].as_array();
    for (std::size_t i = 0; nics != nullptr && i < nics->size() && i < view.details.size(); ++i) {
        toml::table* const nic = (*nics)[i].as_table();
        const auto& details = view.details[i];
        put(*nic, "module", view.report.functions[i].module());
        put(*nic, "firmware", details.firmware);
        nic->insert("numa_node", static_cast<std::int64_t>(details.numa_node));
        nic->insert("carrier", details.carrier == 1);
        nic->insert("speed_mbit", static_cast<std::int64_t>(std::max(details.speed, 0)));
    }
}

}  // namespace

std::string status_text(const StatusView& view, const TextStyle& style) {
    const auto& report = view.report;
    std::string text = coloured(sentence(report), state_colour(report.state), style.colour) + "\n";
    text += next_text(report, style.width);
    text += modules_text(report, style.width);
    text += ports_text(view, style.width);
    text += names_text(report, style.width);
    text += clock_text(report, style.width);
    text += guard_text(report, style.width);
    text += kernels_text(view, style.width);
    text += cpus_text(view.cpus, style.width);
    text += paragraph("devices", join(report.devices), style.width);
    auto notes = report.notes;
    std::ranges::move(isolation_complaints(view.cpus), std::back_inserter(notes));
    for (const auto& note : notes) {
        text += paragraph("note", note, style.width);
    }
    return text;
}

std::string status_json(const StatusView& view) {
    auto document = status_document(view.report);
    add_details(document, view);
    put(document, "advice", facts_of(view.report.code).advice);
    put(document, "next_kernel", view.next_kernel);
    document.insert("cpus", cpus_json(view.cpus));
    return to_json(document);
}

}  // namespace onload_node
