// SPDX-License-Identifier: BSD-2-Clause
#include "app/cli/shared.hpp"
#include "base/text.hpp"
#include "base/words.hpp"

#include <charconv>

namespace onload_node {

namespace stage_cli {
namespace {

constexpr unsigned most_kept = 100;

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

constexpr Option kernel = {"--kernel", "for this kernel only", shared::store_kernel, "K"};
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
constexpr Option retry = {
    "--retry",
    "try again for a while, later each time; its unit does this",
    store<&Command::retry>};

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
    {.verb = Verb::purge,
     .summary = shared::purge_summary,
     .options = {&shared::root, &shared::config},
     .exits = "Exit status: 0 it is gone; 1 the staged driver is in use, or something could not be "
              "removed.\n"},
};

static_assert(has_all_of("onload-node-stage", commands), "a command is not in the table");

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
}  // namespace stage_cli

Result<Command> parse_stage_command_line(std::span<char* const> arguments) {
    const auto line = TRY(split(stage_cli::stage_program, arguments));
    // The words still include values, which may precede the command: a known command goes first.
    const auto known = line.first([](std::string_view word) {
        return entry_of(stage_cli::commands, from_word<Verb>(word)) != nullptr;
    });
    const auto first =
        line.first([](std::string_view word) { return !word.empty() && !word.starts_with('-'); });
    return parse(stage_cli::stage_program, line, known.empty() ? first : known);
}

}  // namespace onload_node
