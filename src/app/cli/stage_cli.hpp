// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "app/cli/cli.hpp"

#include <optional>
#include <span>
#include <string>

namespace onload_node {

enum class StageVerb { help, version, stage, trees, purge, verify, diagnose };

/// What somebody asked of onload-node-stage.
struct StageCommand {
    StageVerb verb = StageVerb::help;
    Command common;                  ///< --config, --kernel, --root, --json
    std::string source;              ///< SOURCE, "" for `[stage] source`
    std::optional<unsigned> keep;    ///< --keep N
    std::string authfile;            ///< --authfile FILE, "" for `[stage] authfile`
    std::optional<bool> tls_verify;  ///< --tls-verify=BOOL
    std::string output;              ///< -o FILE, "" for a name of our own, "-" for standard output
    bool retry = false;              ///< --retry
    bool pending = false;            ///< --pending
};

/// Reads the words behind the program's name. ErrorCode::usage says what is wrong and what is
/// known.
[[nodiscard]] Result<StageCommand> parse_stage_command_line(std::span<char* const> arguments);

}  // namespace onload_node
