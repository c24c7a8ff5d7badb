// SPDX-License-Identifier: BSD-2-Clause
#include "app/cli/shared.hpp"
#include "base/text.hpp"
#include "base/words.hpp"

namespace onload_node {

namespace inspect_cli {
namespace {

constexpr Option kernel = {
    "--kernel",
    "for this kernel instead of the running one",
    shared::store_kernel,
    "K",
    "a kernel release"};
constexpr Option pending = {
    "--pending", "for the kernel that the next boot runs", store<&Command::pending>};
constexpr Option output = {
    "-o", "where it goes; - is standard output", store<&Command::output>, "FILE", "a file"};

constexpr CommandEntry commands[] = {
    {Verb::status, shared::status_summary, {&shared::json}, shared::state_exits},
    {Verb::plan,
     shared::plan_summary,
     {&shared::json},
     "Exit status: 0 nothing to do; 2 there are steps; 78 the configuration is wrong; 1 anything "
     "else.\n"},
    {Verb::verify,
     shared::verify_summary,
     {&shared::json, &kernel, &pending, &shared::root},
     "Exit status: 0 it would; 3 a check failed; 78 the configuration is wrong; 1 anything "
     "else.\n"},
    {Verb::nics,
     shared::nics_summary,
     {&shared::json},
     "Exit status: 0, also when there is none; 1 the machine could not be looked at.\n"},
    {Verb::trees,
     shared::trees_summary,
     {&shared::root, &shared::json},
     "Exit status: 0, also when there is none; 78 the configuration is wrong; 1 anything else.\n"},
    {Verb::diagnose,
     shared::diagnose_summary,
     {&output},
     "Exit status: 0 the file is whole; what could not be collected is told in its contents.txt;\n"
     "64 usage; 1 there is no file.\n",
     ": status, checks, journal, ports, configuration\n\n"
     "Without -o it is made in /var/tmp, and its name is printed. Nothing on the node is changed, "
     "and\nno credentials are collected. It takes three minutes at most."},
    // Its --dry-run is a plan.
    {Verb::apply,
     shared::apply_summary,
     {&shared::dry_run, &shared::live, &shared::json},
     shared::state_exits},
};

static_assert(has_all_of("onload-node-inspect", commands), "a command is not in the table");

std::string general_help(const Program& /*program*/) {
    return "onload-node-inspect carries out the commands of onload-node that only look; see "
           "onload-node --help\n";
}

constexpr Program inspect_program = {
    .commands = commands,
    .general = {&shared::config, &shared::help, &shared::version},
    .column = 15,
    .see = "onload-node --help",
    .help = general_help,
    .early = {&shared::root, &kernel, &shared::config, &output},
    .strict = true,
};

}  // namespace
}  // namespace inspect_cli

Result<Command> parse_inspect_command_line(std::span<char* const> arguments) {
    const auto line = TRY(split(inspect_cli::inspect_program, arguments));
    const auto word = line.first([](std::string_view w) { return !w.starts_with('-'); });
    return parse(inspect_cli::inspect_program, line, word);
}

}  // namespace onload_node
