// SPDX-License-Identifier: BSD-2-Clause
#include "app/cli/cli.hpp"
#include "app/commands/commands.hpp"
#include "app/output/terminal.hpp"
#include "base/text.hpp"
#include "system/processes/programs.hpp"

#include <cerrno>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include <unistd.h>

using namespace onload_node;

namespace {

/// Replaces this process with another program of ours, from the same directory and with the same
/// arguments. Returns only on failure: the error says how that program gets onto a node.
Error hand_over(std::string_view name, char** argv) {
    std::string program = compose("{}{}", own_directory(), name);
    argv[0] = program.data();
    ::execv(program.c_str(), argv);
    return {
        ErrorCode::not_found,
        compose(
            "cannot run {}: {}; a MachineConfig with \"{}\" in its name (or the RPM) delivers it",
            program,
            std::strerror(errno),
            name
        )};
}

}  // namespace

/// The story: read the command line, carry out the command (commands.cpp: load the configuration,
/// observe the node, plan, print or execute, report), turn errors into a message and an exit
/// status.
int main(int argc, char** argv) {
    const auto arguments =
        std::span<char* const>(argv, static_cast<std::size_t>(argc)).subspan(argc > 0 ? 1 : 0);
    const auto command = parse_command_line(arguments);
    if (!command) {
        return complain(command.error());
    }
    if (command->verb == Verb::hand_over) {
        return complain(hand_over(command->program, argv));
    }
    const auto status = run_command(*command);
    return status ? *status : complain(status.error());
}
