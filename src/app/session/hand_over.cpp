// SPDX-License-Identifier: BSD-2-Clause
#include "app/session/hand_over.hpp"

#include "base/text.hpp"
#include "system/processes/programs.hpp"

#include <cerrno>
#include <cstring>
#include <string>

#include <unistd.h>

namespace onload_node {

Error hand_over(char** argv) {
    std::string program = own_directory() + "onload-node-stage";
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
