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

}  // namespace

BootSwitch boot_switch_from(std::string_view command_line) {
    auto found = BootSwitch::normal;
    for_each_value(command_line, "onload_node=", [&](std::string_view value) {
        found = from_word<BootSwitch>(value).value_or(BootSwitch::off);
    });
    return found;
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
