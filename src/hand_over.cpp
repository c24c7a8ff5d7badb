// SPDX-License-Identifier: BSD-2-Clause
#include "hand_over.hpp"

#include "base/concat.hpp"

#include <cerrno>
#include <climits>
#include <cstring>
#include <string>

#include <unistd.h>

namespace onload_node {

Error hand_over(char** argv) {
    char self[PATH_MAX];
    const ssize_t length = ::readlink("/proc/self/exe", self, sizeof(self));
    std::string program(self, length > 0 ? static_cast<std::size_t>(length) : 0);
    program = program.substr(0, program.rfind('/') + 1) + "onload-node-stage";
    argv[0] = program.data();
    ::execv(program.c_str(), argv);
    return {
        ErrorCode::not_found,
        concat(
            {"cannot run ",
             program,
             ": ",
             std::strerror(errno),
             "; the MachineConfig 99-onload-node-stage (or the RPM) delivers it"}
        )};
}

}  // namespace onload_node
