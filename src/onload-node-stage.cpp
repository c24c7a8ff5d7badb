// SPDX-License-Identifier: BSD-2-Clause
#include "app/cli/cli.hpp"
#include "app/commands/commands.hpp"
#include "app/output/output.hpp"
#include "app/output/terminal.hpp"
#include "app/stage/stage_commands.hpp"

#include <cstdio>
#include <span>

using namespace onload_node;

namespace {

Result<int> carry_out(const Command& command) {  // NOLINT(readability-function-size): a table
    switch (command.verb) {
    case Verb::stage:
        return stage(command);
    case Verb::purge:
        return purge(command);
    case Verb::version:
        print(version_text());
        return 0;
    case Verb::help:
        print(command.help_text);
        return 0;
    case Verb::apply:
    case Verb::revert:
    case Verb::recover:
    case Verb::confirm:
    case Verb::reset:
    case Verb::refresh:
    case Verb::time_fallback:
    case Verb::time_retry:
    case Verb::time_port:
    case Verb::time_unmask:
    case Verb::time_wait:
    case Verb::status:
    case Verb::plan:
    case Verb::verify:
    case Verb::nics:
    case Verb::trees:
    case Verb::diagnose:
    case Verb::hand_over:
        break;
    }
    return failure(ErrorCode::usage, "this is a command of onload-node");
}

}  // namespace

/// The commands of onload-node that bring modules onto a node and off it. They are a separate
/// program because the MachineConfig of onload-node has no room for them.
int main(int argc, char** argv) {
    const auto arguments =
        std::span<char* const>(argv, static_cast<std::size_t>(argc)).subspan(argc > 0 ? 1 : 0);
    const auto command = parse_stage_command_line(arguments);
    if (!command) {
        return complain(command.error());
    }
    // Line by line, even into a journal, so that each line appears when it was printed.
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    const auto status = carry_out(*command);
    return status ? *status : complain(status.error());
}
