// SPDX-License-Identifier: BSD-2-Clause
#include "app/cli/shared.hpp"
#include "base/text.hpp"
#include "base/words.hpp"

#include <charconv>

namespace onload_node {

namespace {

constexpr unsigned most_kept = 100;

Result<void> store_kernel(Command& command, std::string_view value) {
    if (value.find('/') != std::string_view::npos || value.starts_with('.')) {
        return failure(ErrorCode::usage, compose("\"{}\" is no kernel release", value));
    }
    return store<&Command::kernel>(command, value);
}

Result<void> store_keep(Command& command, std::string_view value) {
    unsigned number = 0;
    const char* const end = value.data() + value.size();
    const auto [rest, error] = std::from_chars(value.data(), end, number);
    if (error != std::errc() || rest != end || number < 1 || number > most_kept) {
        return failure(
            ErrorCode::usage, compose("--keep needs a number from 1 to 100, not \"{}\"", value)
        );
    }
    command.keep = number;
    return {};
}

Result<void> store_tls_verify(Command& command, std::string_view value) {
    if (value != "true" && value != "false") {
        return failure(
            ErrorCode::usage, compose("--tls-verify is true or false, not \"{}\"", value)
        );
    }
    command.tls_verify = value == "true";
    return {};
}

constexpr Option kernel = {"--kernel", "for this kernel only", store_kernel, "K"};
constexpr Option keep = {
    "--keep", "keep the trees of the N kernels staged last; [stage] keep", store_keep, "N"};
constexpr Option authfile = {
    "--authfile",
    "credentials for the registry; [stage] authfile",
    store<&Command::authfile>,
    "FILE"};
constexpr Option tls_verify = {
    "--tls-verify",
    "check the registry's certificate; [stage] tls_verify",
    store_tls_verify,
    "BOOL"};
constexpr Option output = {
    "-o", "where it goes; - is standard output", store<&Command::output>, "FILE"};
constexpr Option retry = {
    "--retry",
    "try again for a while, later each time; its unit does this",
    store<&Command::retry>};
constexpr Option pending = {
    "--pending", "for the kernel that the next boot runs", store<&Command::pending>};

constexpr CommandEntry commands[] = {
    {.verb = Verb::stage,
     .summary = shared::stage_summary,
     .options = {&kernel, &keep, &authfile, &tls_verify, &shared::root, &shared::config, &retry},
     .exits = "Exit status: 0 it is staged, or there is nothing to stage; 64 usage; 78 the "
              "configuration\n"
              "is wrong; 1 anything else, and what was staged before is as it was.\n",
     .details = "\n\n"
                "SOURCE is an image reference or id, which podman's storage may have; "
                "docker://REFERENCE,\n"
                "containers-storage:REFERENCE, dir:FOLDER, oci:FOLDER[:TAG], oci-archive:FILE,\n"
                "docker-archive:FILE; a tar file (also .gz, .xz, .zst) or a directory. Without it, "
                "`[stage]\n"
                "source` of the configuration, and only if that is not staged yet. ${kernel} in it "
                "stands for\n"
                "the kernel. Nothing is loaded: the next boot does that.",
     .operand = "SOURCE"},
    {.verb = Verb::trees,
     .summary = shared::trees_summary,
     .options = {&shared::root, &shared::config, &shared::json},
     .exits = "Exit status: 0, also when there is none; 78 the configuration is wrong; 1 anything "
              "else.\n"},
    {.verb = Verb::purge,
     .summary = shared::purge_summary,
     .options = {&shared::root, &shared::config},
     .exits = "Exit status: 0 it is gone; 1 the staged driver is in use, or something could not be "
              "removed.\n"},
    {.verb = Verb::verify,
     .summary = shared::verify_summary,
     .options = {&kernel, &shared::root, &shared::config, &shared::json, &pending},
     .exits = shared::verify_exits},
    {.verb = Verb::diagnose,
     .summary = shared::diagnose_summary,
     .options = {&output},
     .exits = "Exit status: 0 the file is whole; what could not be collected is told in its "
              "contents.txt;\n"
              "64 usage; 1 there is no file.\n",
     .details = ": status, checks, journal, ports, configuration\n\n"
                "Without -o it is made in /var/tmp, and its name is printed. Nothing on the node "
                "is changed, "
                "and\nno credentials are collected. It takes three minutes at most."},
};

static_assert(has_all_from(Verb::stage, commands), "a command is not in the table");

std::string general_help(const Program& /*program*/) {
    std::string text = "onload-node-stage carries out what onload-node hands over to it:\n\n";
    for (const auto& entry : commands) {
        text += compose("  onload-node {} --help\n", to_string(entry.verb));
    }
    return text;
}

constexpr Program stage_program = {
    .commands = commands,
    .general = {&shared::help},
    .column = 18,
    .see = "onload-node stage --help",
    .help = general_help,
};

}  // namespace

Result<Command> parse_stage_command_line(std::span<char* const> arguments) {
    const auto line = TRY(split(stage_program, arguments));
    // The words still include values, which may precede the command: a known command goes first.
    const auto known = line.first([](std::string_view word) {
        return entry_of(commands, from_word<Verb>(word)) != nullptr;
    });
    const auto first =
        line.first([](std::string_view word) { return !word.empty() && !word.starts_with('-'); });
    return parse(stage_program, line, known.empty() ? first : known);
}

}  // namespace onload_node
