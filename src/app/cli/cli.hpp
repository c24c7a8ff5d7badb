// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace onload_node {

/// The commands: first those that change the node, then those that only look, then those that bring
/// modules onto it and off it. The last ones are no commands and have no word (base/words.hpp).
enum class Verb {
    apply,
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
    status,
    plan,
    verify,
    nics,
    trees,
    timeline,
    diagnose,
    reasons,
    config,
    stage,
    purge,
    help,
    version,
};

// NOLINTNEXTLINE(readability-function-size): a table
[[nodiscard]] constexpr std::string_view to_string(Verb verb) {
    switch (verb) {
    case Verb::apply:
        return "apply";
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
    case Verb::status:
        return "status";
    case Verb::plan:
        return "plan";
    case Verb::verify:
        return "verify";
    case Verb::nics:
        return "nics";
    case Verb::trees:
        return "trees";
    case Verb::timeline:
        return "timeline";
    case Verb::diagnose:
        return "diagnose";
    case Verb::reasons:
        return "reasons";
    case Verb::config:
        return "config";
    case Verb::stage:
        return "stage";
    case Verb::purge:
        return "purge";
    case Verb::help:
    case Verb::version:
        break;
    }
    return {};
}

/// What a command line asks for. An option that is not given has its default.
struct Command {
    Verb verb = Verb::help;
    std::string config;               ///< --config FILE, "" for the installed configuration
    std::string kernel;               ///< --kernel RELEASE, "" for the running one
    std::optional<std::string> root;  ///< --root DIR without a '/' at its end; nothing is this
                                      ///< machine
    bool dry_run = false;             ///< --dry-run
    bool live = false;                ///< --live
    bool json = false;                ///< --json
    bool watch = false;               ///< --watch
    bool shutdown = false;            ///< --shutdown
    bool pending = false;             ///< --pending
    bool require_pending = false;     ///< --require-pending
    std::string release;              ///< --for-release WHAT
    std::string modules;              ///< --modules SOURCE, "" for what is staged
    std::string source;               ///< SOURCE, "" for `[stage] source`
    std::string reason;               ///< CODE, "" for all reasons
    std::vector<std::string> check;   ///< --check FILE, each in its order
    bool keys = false;                ///< --keys
    bool as_template = false;         ///< --template
    std::string use;                  ///< --use previous|DIGEST, "" for none
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

}  // namespace onload_node
