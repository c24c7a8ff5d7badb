// SPDX-License-Identifier: BSD-2-Clause
#include "app/commands/commands.hpp"

#include "app/inspect/inspect_commands.hpp"
#include "app/output/output.hpp"
#include "app/output/terminal.hpp"
#include "app/stage/stage_commands.hpp"

namespace onload_node {

Result<int> run_command(const Command& command) {  // NOLINT(readability-function-size): a table
    switch (command.verb) {
    case Verb::apply:
        return command.dry_run ? plan(command) : apply(command);
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
        return command.watch ? watch_status(command) : status(command);
    case Verb::plan:
        return plan(command);
    case Verb::verify:
        return !command.release.empty() ? verify_for_release(command)
               : command.pending        ? verify_pending(command)
                                        : verify(command);
    case Verb::nics:
        return nics(command);
    case Verb::trees:
        return trees(command);
    case Verb::timeline:
        return timeline(command);
    case Verb::diagnose:
        return diagnose(command);
    case Verb::reasons:
        return reasons(command);
    case Verb::config:
        return show_config(command);
    case Verb::stage:
        return stage(command);
    case Verb::purge:
        return purge(command);
    }
    return failure(ErrorCode::usage, "a command that nobody carries out");
}

}  // namespace onload_node
