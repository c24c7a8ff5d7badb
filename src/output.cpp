// SPDX-License-Identifier: BSD-2-Clause
#include "output.hpp"

#include "base/toml.hpp"
#include "core/identity.hpp"
#include "version.hpp"

#include <algorithm>
#include <sstream>

namespace onload_node {

namespace {

constexpr std::int64_t status_schema = 1;

std::string coloured(const std::string& text, std::string_view code, bool colour) {
    return colour ? "\033[" + std::string(code) + "m" + text + "\033[0m" : text;
}

std::string_view state_colour(State state) {
    switch (state) {
    case State::active:
        return "32";
    case State::degraded:
    case State::in_tree:
        return "33";
    case State::failed:
        return "31";
    case State::idle:
    case State::off:
        break;
    }
    return "0";
}

std::string to_json(const toml::table& table) {
    std::ostringstream text;
    text << toml::json_formatter(table) << '\n';
    return text.str();
}

std::string hex4(unsigned value) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text = "0x";
    for (int shift = 12; shift >= 0; shift -= 4) {
        text += digits[(value >> static_cast<unsigned>(shift)) & 0xFU];
    }
    return text;
}

toml::array texts(const std::vector<std::string>& values) {
    toml::array list;
    for (const auto& value : values) {
        list.push_back(value);
    }
    return list;
}

toml::array modules_json(const Report& report) {
    toml::array list;
    for (const auto& reported : report.modules) {
        list.push_back(toml::table{
            {"name", reported.module.name.str()},
            {"origin", to_string(reported.module.origin)},
            {"version", reported.module.version},
            {"build_id", reported.module.build_id},
            {"sha256", reported.sha256},
        });
    }
    return list;
}

toml::array nics_json(const Report& report) {
    toml::array list;
    for (const auto& function : report.functions) {
        const Interface* const interface =
            function.interfaces.empty() ? nullptr : &function.interfaces.front();
        list.push_back(toml::table{
            {"pci", function.address.to_string()},
            {"mac",
             interface == nullptr ? ""
                                  : interface->permanent_mac.value_or(interface->mac).to_string()},
            {"interface", interface == nullptr ? "" : interface->name},
            {"driver", function.driver},
            {"model", function.model},
            {"subsystem_vendor", hex4(function.subsystem_vendor)},
        });
    }
    return list;
}

toml::table names_json(const Report& report) {
    toml::array rules;
    for (const auto& [file, name] : report.rules) {
        rules.push_back(toml::table{{"file", file}, {"name", name}});
    }
    return toml::table{{"policy", to_string(report.policy)}, {"rules", std::move(rules)}};
}

toml::table timings_json(const Report& report) {
    toml::table timings;
    for (const auto& [step, duration] : report.run.timings_ms) {
        timings.insert(step, duration);
    }
    return timings;
}

std::string column(std::string text, std::size_t width) {
    text.resize(std::max(width, text.size() + 1), ' ');
    return text;
}

std::string module_line(const ReportedModule& reported) {
    const auto& module = reported.module;
    return "  " + column(module.name.str(), 16) +
           column(std::string(to_string(module.origin)), 12) +
           column(module.version.empty() ? "-" : module.version, 14) + "build " +
           short_build_id(module.build_id) + "\n";
}

std::string port_line(const NetworkFunction& function) {
    const Interface* const interface =
        function.interfaces.empty() ? nullptr : &function.interfaces.front();
    return "  " + column(function.address.to_string(), 16) +
           column(interface == nullptr ? "-" : interface->name, 12) +
           column(function.driver.empty() ? "no driver" : function.driver, 14) +
           (interface == nullptr
                ? ""
                : interface->permanent_mac.value_or(interface->mac).to_string() + "  ") +
           function.model + "\n";
}

std::string_view verdict_word(const Check& check) {
    switch (check.verdict) {
    case Verdict::passed:
        return "ok";
    case Verdict::failed:
        return check.mandatory ? "FAILED" : "advice";
    case Verdict::not_checkable:
        break;
    }
    return "not checkable";
}

std::string join(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) {
        text += (text.empty() ? "" : " ") + word;
    }
    return text.empty() ? "none" : text;
}

}  // namespace

std::string plan_text(const Plan& plan, bool colour) {
    if (plan.empty()) {
        return "nothing to do: " +
               (plan.reason.empty() ? "the node is as configured" : plan.reason) + "\n";
    }
    std::string text;
    if (!plan.reason.empty() && plan.code != ReasonCode::pending_apply) {
        text += std::string(to_string(plan.goal)) + ": " + plan.reason + "\n";
    }
    for (const auto& phase : plan.phases) {
        text += coloured(std::string(to_string(phase.name)), "1", colour) + "\n";
        for (const auto& planned : phase.steps) {
            text += "  " + describe(planned.step) + "\n      because: " + planned.reason + "\n";
        }
    }
    return text;
}

std::string plan_json(const Plan& plan) {
    toml::array steps;
    for (const auto& phase : plan.phases) {
        for (const auto& planned : phase.steps) {
            steps.push_back(toml::table{
                {"phase", to_string(phase.name)},
                {"step", describe(planned.step)},
                {"reason", planned.reason},
            });
        }
    }
    return to_json(toml::table{
        {"schema", status_schema},
        {"goal", to_string(plan.goal)},
        {"reason_code", to_string(plan.code)},
        {"reason", plan.reason},
        {"steps", std::move(steps)},
    });
}

std::string status_text(const Report& report, bool colour) {
    std::string text = coloured(sentence(report), state_colour(report.state), colour) + "\n";
    if (!report.modules.empty()) {
        text += "modules\n";
    }
    for (const auto& module : report.modules) {
        text += module_line(module);
    }
    if (!report.functions.empty()) {
        text += "ports\n";
    }
    for (const auto& function : report.functions) {
        text += port_line(function);
    }
    for (const auto& left : report.left_alone) {
        text += "left alone  " + left + "\n";
    }
    text += "names       " + std::string(to_string(report.policy)) + "\n";
    text += "clock       kept by " + join(report.clock_keepers) + "; displaced " +
            join(report.displaced) + "\n";
    text += "devices     " + join(report.devices) + "\n";
    return text + "staged      " + join(report.staged) + " (running " + report.kernel + ")\n";
}

std::string verify_text(const std::vector<Check>& checks, bool colour) {
    std::string text;
    for (const auto& check : checks) {
        const bool failed = check.verdict == Verdict::failed;
        text += coloured(
                    column(std::string(verdict_word(check)), 15),
                    failed && check.mandatory ? "31"
                    : failed                  ? "33"
                                              : "0",
                    colour
                ) +
                column(std::string(to_string(check.id)), 19) + check.text +
                (check.advice.empty() ? "" : "; " + check.advice) + "\n";
    }
    return text;
}

std::string verify_json(const std::vector<Check>& checks, const std::string& kernel) {
    toml::array list;
    for (const auto& check : checks) {
        list.push_back(toml::table{
            {"id", to_string(check.id)},
            {"verdict", to_string(check.verdict)},
            {"mandatory", check.mandatory},
            {"subject", check.subject},
            {"text", check.text},
            {"advice", check.advice},
        });
    }
    return to_json(toml::table{
        {"schema", status_schema},
        {"kernel", kernel},
        {"checks", std::move(list)},
    });
}

std::string version_text() {
    return "onload-node " + std::string(version) + "\n";
}

std::string status_json(const Report& report) {
    const bool keeps_time = report.time_state == "active";
    return to_json(toml::table{
        {"schema", status_schema},
        {"version", version},
        {"boot_id", report.boot_id},
        {"kernel", report.kernel},
        {"state", to_string(report.state)},
        {"reason", report.reason},
        {"reason_code", to_string(report.code)},
        {"sentence", sentence(report)},
        {"modules", modules_json(report)},
        {"nics", nics_json(report)},
        {"left_alone", texts(report.left_alone)},
        {"names", names_json(report)},
        {"time",
         toml::table{
             {"daemon", report.time_daemon},
             {"active", keeps_time},
             {"state", report.time_state},
             {"displaced", texts(report.displaced)},
         }},
        {"guard",
         toml::table{
             {"attempts", static_cast<std::int64_t>(report.guard.dead_boots)},
             {"limit", static_cast<std::int64_t>(report.guard_limit)},
             {"tripped", report.guard.tripped}}},
        {"devices", texts(report.devices)},
        {"staged", texts(report.staged)},
        {"timings_ms", timings_json(report)},
    });
}

}  // namespace onload_node
