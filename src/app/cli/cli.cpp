// SPDX-License-Identifier: BSD-2-Clause
#include "app/cli/cli.hpp"

#include "app/cli/shared.hpp"
#include "base/text.hpp"
#include "base/words.hpp"

#include <algorithm>

namespace onload_node {

namespace {

constexpr Option shutdown = {
    "--shutdown", "this boot ends in order: it is no failure", store<&Command::shutdown>};

constexpr CommandEntry commands[] = {
    {Verb::apply, shared::apply_summary, {&shared::dry_run, &shared::live}, shared::state_exits},
    {Verb::revert,
     "take back all that was done since the node booted",
     {&shared::live},
     "Exit status: 0 the node is as it was; 1 something could not be taken back, or the network is "
     "up and --live is not given.\n"},
    {Verb::recover,
     "finish the undo of a run that was cut short; the unit does this by itself",
     {&shared::live},
     "Exit status: 0 there was nothing to finish, or it is finished; 1 something could not be "
     "taken back.\n"},
    {Verb::confirm,
     "wait for guard.settle and tell the boot guard that this boot is good; its unit does this",
     {&shutdown},
     "Exit status: 0 the boot is good, or there was nothing to confirm; 1 a port has no driver or "
     "not its name.\n"},
    {Verb::reset,
     "forget what the boot guard has counted and expects: the next boot tries the staged driver",
     {},
     "Exit status: 0 it is forgotten; 1 it could not be.\n"},
    {Verb::refresh,
     "bring the status file and the node labels up to date; units do this by themselves",
     {},
     "Exit status: 0 it is told; 1 the node could not be looked at.\n"},
    {Verb::time_fallback,
     "give the clock back unless sfptpd runs; its unit does this when sfptpd has failed for good",
     {},
     "Exit status: 0 something keeps the clock, or nothing was to be done; 1 a step failed.\n"},
    {Verb::time_retry,
     "wait, and try sfptpd again after it has failed; its unit does this by itself",
     {},
     "Exit status: 0 sfptpd was started, or there is nothing to retry; 1 a step failed.\n"},
    {Verb::time_port,
     "choose the port that sfptpd gets as its -i (time.port); sfptpd.service does this",
     {},
     "Exit status: 0 it is in /run/onload-node/sfptpd.env; 1 there is none.\n"},
    {Verb::time_unmask,
     "end the mask of the displaced clock daemons (time.mask = \"boot\"); its unit does this",
     {},
     "Exit status: 0 no mask is left that should not be; 1 a step failed.\n"},
    {Verb::time_wait,
     "wait until the kernel's clock is synchronised; its unit does this for chrony-wait",
     {},
     "Exit status: 0 it is synchronised; 1 it was not within 180 seconds, or could not be "
     "asked.\n"},
    {Verb::status, shared::status_summary},
    {Verb::plan, shared::plan_summary},
    {Verb::verify, shared::verify_summary},
    {Verb::nics, shared::nics_summary},
    {Verb::trees, shared::trees_summary},
    {Verb::diagnose, shared::diagnose_summary},
    {Verb::stage, shared::stage_summary},
    {Verb::purge, shared::purge_summary},
};

static_assert(
    std::ranges::all_of(
        enumerators<Verb>, [](Verb verb) { return entry_of(commands, verb) != nullptr; }
    ),
    "a command is not in the table"
);

std::string general_help(const Program& program) {
    std::string text = "onload-node gives a node the out-of-tree sfc driver and Onload before its "
                       "network starts.\n\n"
                       "Usage: onload-node COMMAND [OPTION]...\n\nCommands:\n";
    for (const auto& entry : commands) {
        text += compose("  {}{}\n", padded(to_string(entry.verb), 13), entry.summary);
    }
    return compose(
        "{}\nOptions for all commands:\n{}\n\"onload-node COMMAND --help\" says more "
        "about one of them.\n",
        text,
        option_lines(program, program.general)
    );
}

constexpr Program onload_node_program = {
    .commands = commands,
    .general = {&shared::config, &shared::help, &shared::version},
    .column = 15,
    .see = "onload-node --help",
    .help = general_help,
    .early = {&shared::root, &shared::config},
    .strict = true,
};

}  // namespace

Result<Command> parse_command_line(std::span<char* const> arguments) {
    const auto line = TRY(split(onload_node_program, arguments));
    const auto word = line.first([](std::string_view w) { return !w.starts_with('-'); });
    const auto verb = from_word<Verb>(word);
    const bool only_look = verb == Verb::apply && line.has(shared::dry_run.word);
    if (only_look || verb >= Verb::status) {
        Command command;
        command.verb = Verb::hand_over;
        command.program = program_of(only_look ? Verb::plan : *verb);
        return command;
    }
    return parse(onload_node_program, line, word);
}

}  // namespace onload_node
