// SPDX-License-Identifier: BSD-2-Clause
#include "system/modules/module_parameters.hpp"

namespace onload_node {

namespace {

constexpr std::string_view blanks = " \t\n\v\f\r";

/// The kernel knows no escape for a quote, and a zero byte ends the string.
bool can_be_written(std::string_view name, std::string_view value) {
    using namespace std::string_view_literals;
    return !name.empty() && name.find_first_of(" \t\n\v\f\r=\"\0"sv) == std::string_view::npos &&
           value.find_first_of("\"\0"sv) == std::string_view::npos;
}

}  // namespace

Result<std::string> kernel_parameters(const ModuleParameters& parameters) {
    std::string text;
    for (const auto& [name, value] : parameters) {
        if (!can_be_written(name, value)) {
            return failure(
                ErrorCode::config,
                "the kernel cannot be given the module parameter " + name + "=" + value +
                    ": names take no blanks, values no double quotes"
            );
        }
        const bool quote = value.find_first_of(blanks) != std::string::npos;
        text += (text.empty() ? "" : " ") + name + "=";
        text += quote ? "\"" + value + "\"" : value;
    }
    return text;
}

}  // namespace onload_node
