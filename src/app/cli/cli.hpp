// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace onload_node {

/// The commands of both programs. From `stage` on they are those of onload-node-stage, which
/// onload-node hands over to; what has no word (base/words.hpp) is no command.
enum class Verb {
    apply,
    plan,
    status,
    verify,  ///< of onload-node-stage too
    nics,
    revert,
    recover,
    confirm,
    reset,
    refresh,
    time_fallback,
    stage,
    trees,
    purge,
    diagnose,
    help,
    version,
    hand_over,  ///< onload-node-stage reads the command line itself
};

[[nodiscard]] constexpr std::string_view to_string(Verb verb) {
    switch (verb) {
    case Verb::apply:
        return "apply";
    case Verb::plan:
        return "plan";
    case Verb::status:
        return "status";
    case Verb::verify:
        return "verify";
    case Verb::nics:
        return "nics";
    case Verb::revert:
        return "revert";
    case Verb::recover:
        return "recover";
    case Verb::confirm:
        return "confirm";
    case Verb::reset:
        return "reset";
    case Verb::refresh:
        return "refresh";
    case Verb::time_fallback:
        return "time-fallback";
    case Verb::stage:
        return "stage";
    case Verb::trees:
        return "trees";
    case Verb::purge:
        return "purge";
    case Verb::diagnose:
        return "diagnose";
    case Verb::help:
    case Verb::version:
    case Verb::hand_over:
        break;
    }
    return {};
}

/// What somebody asked for on the command line of either program. What a command does not take is
/// as it is here.
struct Command {
    Verb verb = Verb::help;
    std::string config;               ///< --config FILE, "" for the installed configuration
    std::string kernel;               ///< --kernel RELEASE, "" for the running one
    std::optional<std::string> root;  ///< --root DIR without a '/' at its end; nothing is this
                                      ///< machine
    bool dry_run = false;             ///< --dry-run
    bool live = false;                ///< --live
    bool json = false;                ///< --json
    bool shutdown = false;            ///< --shutdown
    bool pending = false;             ///< --pending
    std::string source;               ///< SOURCE, "" for `[stage] source`
    std::optional<unsigned> keep;     ///< --keep N
    std::string authfile;             ///< --authfile FILE, "" for `[stage] authfile`
    std::optional<bool> tls_verify;   ///< --tls-verify=BOOL
    bool retry = false;               ///< --retry
    std::string output;     ///< -o FILE, "" for a name of our own, "-" for standard output
    std::string help_text;  ///< what to print for Verb::help
};

/// Reads the words behind the name of onload-node. ErrorCode::usage says what is wrong, and where
/// help is.
[[nodiscard]] Result<Command> parse_command_line(std::span<char* const> arguments);

/// The exit status of a program of ours after such a failure.
[[nodiscard]] int exit_status_of(ErrorCode code);

}  // namespace onload_node
