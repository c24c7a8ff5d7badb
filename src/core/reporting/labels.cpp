// SPDX-License-Identifier: BSD-2-Clause
#include "core/reporting/labels.hpp"

#include "base/text.hpp"
#include "core/model/onload.hpp"

#include <algorithm>

namespace onload_node {

namespace {

/// A label value has at most 63 letters, digits, '-', '_' and '.', and begins and ends with a
/// letter or digit (Kubernetes, "Syntax and character set").
std::string label_value(const std::string& text) {
    const auto alphanumeric = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    };
    std::string value = text.substr(0, 63);
    std::replace_if(
        value.begin(),
        value.end(),
        [&](char c) { return !alphanumeric(c) && c != '-' && c != '.'; },
        '_'
    );
    while (!value.empty() && !alphanumeric(value.back())) {
        value.pop_back();
    }
    value.erase(value.begin(), std::ranges::find_if(value, alphanumeric));
    return value;
}

std::string line(std::string_view name, const std::string& value) {
    return compose("{}{}={}\n", onload::label_prefix, name, label_value(value));
}

}  // namespace

std::string label_file_content(const Report& report) {
    std::string text = "# Written by onload-node; removed at shutdown.\n";
    text += line("state", std::string(to_string(report.state)));
    text += line("ready", report.state == State::active ? "true" : "false");
    for (const auto& reported : report.modules) {
        const auto& module = reported.module;
        const bool told = module.name.str() == "sfc" || module.name.str() == "onload";
        if (told && module.origin == Origin::out_of_tree && !module.version.empty()) {
            text += line(module.name.str() + "-version", module.version);
        }
    }
    return text;
}

}  // namespace onload_node
