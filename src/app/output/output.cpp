// SPDX-License-Identifier: BSD-2-Clause
#include "app/output/output.hpp"

#include "app/output/output_parts.hpp"
#include "base/text.hpp"
#include "base/toml.hpp"
#include "base/version.hpp"
#include "core/model/paths.hpp"
#include "core/modules/swap_scope.hpp"

#include <algorithm>
#include <sstream>

namespace onload_node {

namespace {

toml::array modules_json(const Report& report) {
    toml::array list;
    for (const auto& reported : report.modules) {
        toml::table module;
        put(module, "name", reported.module.name.str());
        put(module, "origin", to_string(reported.module.origin));
        put(module, "version", reported.module.version);
        put(module, "build_id", reported.module.build_id);
        put(module, "sha256", reported.sha256);
        list.push_back(std::move(module));
    }
    return list;
}

std::string mac_of(const Interface* interface) {
    return interface == nullptr ? ""
                                : interface->permanent_mac.value_or(interface->mac).to_string();
}

toml::array nics_json(const Report& report) {
    toml::array list;
    for (const auto& function : report.functions) {
        const Interface* const interface =
            function.interfaces.empty() ? nullptr : &function.interfaces.front();
        toml::table nic;
        put(nic, "pci", function.address.to_string());
        put(nic, "mac", mac_of(interface));
        put(nic, "interface", interface == nullptr ? "" : interface->name);
        put(nic, "driver", function.driver);
        put(nic, "model", function.model);
        put(nic, "subsystem_vendor", hex4(function.subsystem_vendor));
        list.push_back(std::move(nic));
    }
    return list;
}

toml::table names_json(const Report& report) {
    toml::array rules;
    for (const auto& [file, name] : report.rules) {
        toml::table rule;
        put(rule, "file", file);
        put(rule, "name", name);
        rules.push_back(std::move(rule));
    }
    toml::array ports;
    for (const auto& port : report.names) {
        auto table = name_json(port);
        put(table, "pci", port.address.to_string());
        ports.push_back(std::move(table));
    }
    toml::table names;
    put(names, "policy", to_string(report.policy));
    names.insert("rules", std::move(rules));
    names.insert("ports", std::move(ports));
    put(names, "memory_problem", report.names_problem);
    return names;
}

toml::table timings_json(const Report& report) {
    toml::table timings;
    for (const auto& [step, duration] : report.run.timings_ms) {
        timings.insert(step, duration);
    }
    return timings;
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

}  // namespace

std::string coloured(const std::string& text, std::string_view code, bool colour) {
    return colour ? compose("\033[{}m{}\033[0m", code, text) : text;
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

std::string notes_text(const std::vector<std::string>& notes) {
    std::string text;
    for (const auto& note : notes) {
        text += compose("note        {}\n", note);
    }
    return text;
}

void put(toml::table& table, std::string_view key, std::string_view value) {
    table.insert(key, value);
}

toml::table name_json(const ChosenName& name) {
    toml::table table;
    put(table, "name", name.name);
    put(table, "reason", name.reason);
    put(table, "named_by", name.owner);
    table.insert("problem", name.problem);
    return table;
}

std::string to_json(const toml::table& table) {
    std::ostringstream text;
    text << toml::json_formatter(table) << '\n';
    return text.str();
}

std::string hex4(unsigned value) {
    return "0x" + hexadecimal(value, 4);
}

toml::array texts(const std::vector<std::string>& values) {
    toml::array list;
    for (const auto& value : values) {
        list.push_back(value);
    }
    return list;
}

std::string column(std::string text, std::size_t width) {
    text.resize(std::max(width, text.size() + 1), ' ');
    return text;
}

std::string join(const std::vector<std::string>& words) {
    return words.empty() ? "none" : joined(words, " ");
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

toml::table verify_document(const std::vector<Check>& checks, const std::string& kernel) {
    toml::array list;
    for (const auto& check : checks) {
        toml::table entry;
        put(entry, "id", to_string(check.id));
        put(entry, "verdict", to_string(check.verdict));
        entry.insert("mandatory", check.mandatory);
        put(entry, "subject", check.subject);
        put(entry, "text", check.text);
        put(entry, "advice", check.advice);
        put(entry, "reason_code", check.verdict == Verdict::failed ? to_string(check.code) : "");
        list.push_back(std::move(entry));
    }
    toml::table document;
    document.insert("schema", status_schema);
    put(document, "kernel", kernel);
    document.insert("checks", std::move(list));
    return document;
}

std::string verify_json(const std::vector<Check>& checks, const std::string& kernel) {
    return to_json(verify_document(checks, kernel));
}

std::string version_text() {
    return "onload-node " + std::string(version) + "\n";
}

toml::table status_document(const Report& report) {
    toml::table time;
    put(time, "daemon", report.time_daemon);
    time.insert("active", report.time_state == "active");
    put(time, "state", report.time_state);
    time.insert("displaced", texts(report.displaced));
    put(time, "fallback_since", report.clock_since);
    put(time, "next_try", report.clock_next);
    put(time, "waits_for", report.clock_waits_for);
    toml::table guard;
    guard.insert("attempts", static_cast<std::int64_t>(report.guard.dead_boots));
    guard.insert("limit", static_cast<std::int64_t>(report.guard_limit));
    guard.insert("tripped", report.guard.tripped);
    toml::table cdi;
    put(cdi, "spec", report.offer.spec.empty() ? std::string_view() : paths::cdi_spec);
    put(cdi, "libraries", report.libraries);
    put(cdi, "problem", report.offer.problem);
    toml::table document;
    document.insert("schema", status_schema);
    put(document, "version", version);
    put(document, "boot_id", report.boot_id);
    put(document, "kernel", report.kernel);
    put(document, "state", to_string(report.state));
    put(document, "reason", report.reason);
    put(document, "reason_code", to_string(report.code));
    put(document, "sentence", sentence(report));
    document.insert("modules", modules_json(report));
    document.insert("nics", nics_json(report));
    document.insert("left_alone", texts(report.left_alone));
    document.insert("notes", texts(report.notes));
    document.insert("names", names_json(report));
    document.insert("time", std::move(time));
    document.insert("guard", std::move(guard));
    document.insert("devices", texts(report.devices));
    put(document, "control_plane_problem", report.control_plane_problem);
    document.insert("cdi", std::move(cdi));
    document.insert("staged", texts(report.staged));
    document.insert("timings_ms", timings_json(report));
    return document;
}

std::string status_json(const Report& report) {
    return to_json(status_document(report));
}

}  // namespace onload_node
