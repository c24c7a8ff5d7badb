// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <optional>
#include <span>
#include <string>

namespace onload_node {

enum class Verb {
    help,
    version,
    apply,
    plan,
    status,
    verify,
    nics,
    revert,
    recover,
    confirm,
    reset,
    refresh,
    time_fallback,
    hand_over,  ///< a command of onload-node-stage, which reads the command line itself
};

/// What somebody asked for on the command line.
struct Command {
    Verb verb = Verb::help;
    std::string config;  ///< --config FILE, "" for the installed configuration
    std::string kernel;  ///< --kernel RELEASE, "" for the running one
    std::optional<std::string>
        root;               ///< --root DIR without a '/' at its end; nothing is this machine
    bool dry_run = false;   ///< --dry-run
    bool live = false;      ///< --live
    bool json = false;      ///< --json
    bool shutdown = false;  ///< --shutdown
    std::string help_text;  ///< what to print for Verb::help
};

/// Reads the words behind the program's name. ErrorCode::usage says what is wrong and what is
/// known.
[[nodiscard]] Result<Command> parse_command_line(std::span<char* const> arguments);

/// What a program of ours ends with after such a failure.
[[nodiscard]] int exit_status_of(ErrorCode code);

}  // namespace onload_node
