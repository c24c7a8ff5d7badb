// SPDX-License-Identifier: BSD-2-Clause
#include "app/cli/cli.hpp"

#include "app/cli/parser.hpp"
#include "base/text.hpp"
#include "base/words.hpp"

#include <algorithm>
#include <charconv>

namespace onload_node {

namespace command_line {
namespace {

constexpr unsigned most_kept = 100;

Result<void> store_root(Command& command, std::string_view value) {
    command.root = value.substr(0, value.find_last_not_of('/') + 1);
    return {};
}

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

Result<void> store_use(Command& command, std::string_view value) {
    // As many digits as git asks for at least.
    constexpr std::size_t fewest = 4;
    const bool digest = value.size() >= fewest &&
                        value.find_first_not_of("0123456789abcdef") == std::string_view::npos;
    if (value != "previous" && !digest) {
        return failure(
            ErrorCode::usage,
            compose("--use needs \"previous\" or four digits of a digest, not \"{}\"", value)
        );
    }
    return store<&Command::use>(command, value);
}

Result<void> store_check(Command& command, std::string_view value) {
    command.check.emplace_back(value);
    return {};
}

/// Of what is done anyway.
Result<void> ignore(Command& /*command*/, std::string_view /*value*/) {
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

constexpr Option config = {
    "--config",
    "read this configuration instead of /etc/onload-node/config.toml and config.d",
    store<&Command::config>,
    "FILE",
    "a file"};
constexpr Option help = {"--help", "print this"};
constexpr Option version = {"--version", "print the version"};
constexpr Option json = {"--json", "print JSON", store<&Command::json>};
constexpr Option dry_run = {"--dry-run", "print the steps, take none", store<&Command::dry_run>};
constexpr Option live = {
    "--live", "swap drivers although the network is up: cuts connections", store<&Command::live>};
constexpr Option watch = {
    "--watch", "go on, and print it again whenever it changes", store<&Command::watch>};
constexpr Option shutdown = {
    "--shutdown", "this boot ends in order: it is no failure", store<&Command::shutdown>};
constexpr Option root = {
    "--root",
    "for the node whose files are below DIR; nothing of this machine is asked",
    store_root,
    "DIR",
    "a directory"};
constexpr Option kernel = {
    "--kernel",
    "for this kernel instead of the running one",
    store_kernel,
    "K",
    "a kernel release"};
constexpr Option pending = {
    "--pending", "for the kernel that the next boot runs", store<&Command::pending>};
constexpr Option require_pending = {
    "--require-pending",
    "with --pending: fail where the next boot runs the running kernel again",
    store<&Command::require_pending>};
constexpr Option for_release = {
    "--for-release",
    "for the kernel of this OS or driver-toolkit image, unpacked tree or folder of a kernel",
    store<&Command::release>,
    "WHAT",
    "an image or a folder"};
constexpr Option modules = {
    "--modules",
    "with --for-release: what this would stage, instead of what is staged",
    store<&Command::modules>,
    "SOURCE",
    "an image, archive or folder"};
constexpr Option check = {
    "--check",
    "tell whether this file would do, together with those named before it",
    store_check,
    "FILE",
    "a file"};
constexpr Option show = {
    "--show", "print what holds, and from which file; this is the default", ignore};
constexpr Option as_template = {
    "--template", "print a file with every key and its default", store<&Command::as_template>};
constexpr Option keys = {
    "--keys", "print every key as JSON: type, default and what it does", store<&Command::keys>};
constexpr Option output = {
    "-o", "where it goes; - is standard output", store<&Command::output>, "FILE", "a file"};
constexpr Option kernel_alone = {
    "--kernel", "for this kernel only", store_kernel, "K", "a kernel release"};
constexpr Option keep = {
    "--keep",
    "keep the trees of the N kernels staged last; [stage] keep",
    store_keep,
    "N",
    "a number from 1 to 100"};
constexpr Option use = {
    "--use",
    "put a set that is kept in place, without a registry; trees lists them",
    store_use,
    "SET",
    "previous or a digest"};
constexpr Option authfile = {
    "--authfile",
    "credentials for the registry; [stage] authfile",
    store<&Command::authfile>,
    "FILE",
    "a file"};
constexpr Option tls_verify = {
    "--tls-verify",
    "check the registry's certificate; [stage] tls_verify",
    store_tls_verify,
    "BOOL",
    "true or false"};
constexpr Option retry = {
    "--retry",
    "try again for a while, later each time; its unit does this",
    store<&Command::retry>};

constexpr std::string_view state_exits =
    "Exit status: 0 as configured, or nothing to do; 9 the in-tree driver is on although the other "
    "one is\nwanted; 10 the driver is on, something secondary is not; 78 the configuration is "
    "wrong; "
    "1 anything else.\n";

constexpr CommandEntry commands[] = {
    {Verb::apply,
     "make the node what the configuration asks for",
     {&dry_run, &live, &json},
     state_exits},
    {Verb::revert,
     "take back all that was done since the node booted",
     {&live},
     "Exit status: 0 the node is as it was; 1 something could not be taken back, or the network is "
     "up and --live is not given.\n"},
    {Verb::recover,
     "finish the undo of a run that was cut short; the unit does this by itself",
     {&live},
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
    {Verb::status, "print what is true now, and what to do", {&json, &watch}, state_exits},
    {Verb::plan,
     "print the steps that apply would take, each with its reason",
     {&json},
     "Exit status: 0 nothing to do; 8 there are steps; 78 the configuration is wrong; 1 anything "
     "else.\n"},
    {Verb::verify,
     "tell whether what is staged would load: every check, one line each",
     {&json,
      &kernel,
      &pending,
      &require_pending,
      &for_release,
      &modules,
      &authfile,
      &tls_verify,
      &root},
     "Exit status: 0 it would; 9 a check failed; 78 the configuration is wrong; 1 anything "
     "else.\n"},
    {Verb::nics,
     "print the Solarflare functions of this machine, and who names their ports",
     {&json},
     "Exit status: 0, also when there is none; 1 the machine could not be looked at.\n"},
    {Verb::trees,
     "print the kernels that modules are staged for",
     {&root, &json},
     "Exit status: 0, also when there is none; 78 the configuration is wrong; 1 anything else.\n"},
    {Verb::timeline,
     "print what this boot spent its time on: our steps, and the units around ours",
     {&json},
     "Exit status: 0 it is printed, with what is missing; 1 nothing is known of this boot.\n"},
    {Verb::diagnose,
     "collect what support needs into one file",
     {&output},
     "Exit status: 0 the file is whole; what could not be collected is told in its contents.txt;\n"
     "64 usage; 1 there is no file.\n",
     ": status, checks, journal, ports, configuration\n\n"
     "Without -o it is made in /var/tmp, and its name is printed. Nothing on the node is changed, "
     "and\nno credentials are collected. It takes three minutes at most."},
    {.verb = Verb::reasons,
     .summary =
         "explain the reason codes, or one of them: what it means, where to look, what to do",
     .options = {&json},
     .exits = "Exit status: 0 it is explained; 64 there is no such code.\n",
     .operand = "CODE",
     .store_operand = store<&Command::reason>},
    {Verb::config,
     "print the configuration that holds, or check a file before it is delivered",
     {&show, &check, &as_template, &keys, &root},
     "Exit status: 0 it is right; 78 it is wrong: the complaints have file, line and column; 1 "
     "anything "
     "else.\n",
     ": needs neither root nor a node"},
    {.verb = Verb::stage,
     .summary =
         "bring modules, programs and libraries below /opt, from an image, archive or folder",
     .options = {&kernel_alone, &use, &keep, &authfile, &tls_verify, &root, &retry},
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
     .operand = "SOURCE",
     .store_operand = store<&Command::source>},
    {.verb = Verb::purge,
     .summary = "remove all that is staged and remembered",
     .options = {&root},
     .exits = "Exit status: 0 it is gone; 1 the staged driver is in use, or something could not be "
              "removed.\n"},
};

static_assert(
    std::ranges::all_of(
        enumerators<Verb>, [](Verb verb) { return entry_of(commands, verb) != nullptr; }
    ),
    "a command is not in the table"
);

constexpr Grammar grammar = {
    .commands = commands,
    .general = {&config, &help, &version},
    .with_value =
        {&root,
         &kernel,
         &config,
         &output,
         &use,
         &keep,
         &authfile,
         &tls_verify,
         &for_release,
         &modules,
         &check},
};

}  // namespace
}  // namespace command_line

Result<Command> parse_command_line(std::span<char* const> arguments) {
    return parse(command_line::grammar, arguments);
}

}  // namespace onload_node
