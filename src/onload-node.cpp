// SPDX-License-Identifier: BSD-2-Clause
#include "app/cli/cli.hpp"
#include "app/commands/commands.hpp"
#include "app/output/terminal.hpp"

#include <cstddef>
#include <cstdio>
#include <span>

using namespace onload_node;

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
    // Line by line, even into a journal, so that each line appears when it was printed.
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    const auto status = run_command(*command);
    return status ? *status : complain(status.error());
}
