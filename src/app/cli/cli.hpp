// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace onload_node {

/// The commands of both programs. onload-node-stage carries out those from `stage` on; onload-node
/// hands them over. The last ones are no commands and have no word (base/words.hpp).
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
    time_retry,
    time_port,
    time_unmask,
    time_wait,
    stage,
    trees,
    purge,
    diagnose,
    help,
    version,
    hand_over,  ///< onload-node-stage reads the command line itself
};

// NOLINTNEXTLINE(readability-function-size): a table
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
    case Verb::time_retry:
        return "time-retry";
    case Verb::time_port:
        return "time-port";
    case Verb::time_unmask:
        return "time-unmask";
    case Verb::time_wait:
        return "time-wait";
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

/// What a command line of either program asks for. An option that is not given has its default.
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

/// Reads the words after the name of onload-node. ErrorCode::usage says what is wrong and where to
/// find help.
[[nodiscard]] Result<Command> parse_command_line(std::span<char* const> arguments);

/// The same for onload-node-stage (stage_cli.cpp).
[[nodiscard]] Result<Command> parse_stage_command_line(std::span<char* const> arguments);

}  // namespace onload_node
