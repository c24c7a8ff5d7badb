// SPDX-License-Identifier: BSD-2-Clause
#include "app/commands/commands.hpp"

#include "app/output/output.hpp"
#include "app/output/terminal.hpp"

namespace onload_node {

Result<int> run_command(const Command& command) {  // NOLINT(readability-function-size): a table
    switch (command.verb) {
    case Verb::apply:
        return apply(command);
    case Verb::revert:
        return revert(command);
    case Verb::recover:
        return recover(command);
    case Verb::confirm:
        return confirm(command);
    case Verb::reset:
        return reset(command);
    case Verb::refresh:
        return refresh(command);
    case Verb::time_fallback:
        return time_fallback(command);
    case Verb::time_retry:
        return time_retry(command);
    case Verb::time_port:
        return time_port(command);
    case Verb::time_unmask:
        return time_unmask(command);
    case Verb::time_wait:
        return time_wait(command);
    case Verb::help:
        print(command.help_text);
        return 0;
    case Verb::version:
        print(version_text());
        return 0;
    case Verb::status:
    case Verb::plan:
    case Verb::verify:
    case Verb::nics:
    case Verb::trees:
    case Verb::diagnose:
    case Verb::stage:
    case Verb::purge:
    case Verb::hand_over:
        break;
    }
    return failure(ErrorCode::usage, "a command that nobody carries out");
}

}  // namespace onload_node
