// SPDX-License-Identifier: BSD-2-Clause
#include "system/processes/own_program.hpp"

#include "core/model/paths.hpp"

#include <climits>

#include <unistd.h>

namespace onload_node {

std::string own_directory() {
    char self[PATH_MAX];
    const ssize_t length = ::readlink(paths::own_program.data(), self, sizeof(self));
    const std::string program(self, length > 0 ? static_cast<std::size_t>(length) : 0);
    return program.substr(0, program.rfind('/') + 1);
}

}  // namespace onload_node
