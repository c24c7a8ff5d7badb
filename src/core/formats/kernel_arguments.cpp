// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/kernel_arguments.hpp"

#include "base/text.hpp"
#include "base/words.hpp"

namespace onload_node {

namespace {

/// Calls `use` with what follows `name`, like "ifname=", in each argument that begins with it.
template <typename Use>
void for_each_value(std::string_view command_line, std::string_view name, Use use) {
    while (!command_line.empty()) {
        auto argument = take_until(command_line, " \t\n");
        if (argument.starts_with(name)) {
            argument.remove_prefix(name.size());
            use(argument);
        }
    }
}

constexpr std::string_view switch_name = "onload_node";

/// As a person types it at a console: the kernel itself takes "-" and "_" for the same, and lets
/// an argument stand in quotes.
std::string plain_form(std::string_view argument) {
    std::string plain;
    for (const char c : argument) {
        if (c != '"' && c != '\'') {
            const bool capital = c >= 'A' && c <= 'Z';
            plain += c == '-' ? '_' : capital ? static_cast<char>(c - 'A' + 'a') : c;
        }
    }
    return plain;
}

/// What is neither of the words, or nothing at all, is meant to switch off.
BootSwitch switch_value(std::string_view value) {
    if (value == "1" || value == "yes" || value == "true") {
        return BootSwitch::normal;
    }
    return from_word<BootSwitch>(value).value_or(BootSwitch::off);
}

/// Not a parameter of the module onload, which would have a dot.
bool looks_like_switch(std::string_view name) {
    return name.find('.') == std::string_view::npos &&
           (name.starts_with("onload") || name.starts_with("no_onload") ||
            name.starts_with("noonload"));
}

}  // namespace

BootSwitchArgument boot_switch_from(std::string_view command_line) {
    BootSwitchArgument found;
    while (!command_line.empty()) {
        const auto argument = take_until(command_line, " \t\n");
        const std::string plain = plain_form(argument);
        std::string_view value = plain;
        const auto name = take_until(value, "=");
        if (name == switch_name) {
            found.value = switch_value(value);
        } else if (looks_like_switch(name)) {
            found.misspelt = argument;
        }
    }
    return found;
}

bool branch_tracking_wanted(std::string_view command_line) {
    bool wanted = true;
    for_each_value(command_line, "ibt=", [&](std::string_view value) {
        wanted = value != "off" && value != "warn";
    });
    return wanted;
}

std::vector<std::string> blacklisted_modules(std::string_view command_line) {
    std::vector<std::string> names;
    for_each_value(command_line, "module_blacklist=", [&](std::string_view value) {
        names.clear();
        while (!value.empty()) {
            names.push_back(plain_form(take_until(value, ",")));
        }
    });
    return names;
}

std::vector<NamedByArgument> ifname_arguments(std::string_view command_line) {
    std::vector<NamedByArgument> found;
    for_each_value(command_line, "ifname=", [&](std::string_view value) {
        const auto name = take_until(value, ":");
        if (const auto mac = MacAddress::parse(value); mac && !name.empty()) {
            found.push_back({std::string(name), *mac});
        }
    });
    return found;
}

}  // namespace onload_node
