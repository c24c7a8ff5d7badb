// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/text.hpp"

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

namespace onload_node {

/// "PATH: Permission denied", and where that may be SELinux's word, its name and what to do: in a
/// pod the plugin is root, so a refusal is rarely about the mode of a file.
[[nodiscard]] inline std::string
refusal(std::string_view path, int error, std::string_view remedy = {}) {
    const auto text = std::generic_category().message(error);
    if (error != EACCES && error != EPERM) {
        return compose("{}: {}", path, text);
    }
    return compose(
        "{}: {}; does SELinux refuse it?{}{}", path, text, remedy.empty() ? "" : " ", remedy
    );
}

}  // namespace onload_node
