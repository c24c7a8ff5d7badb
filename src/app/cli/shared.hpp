// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "app/cli/parser.hpp"

// Options and texts that both programs have.
namespace onload_node::shared {

inline Result<void> store_root(Command& command, std::string_view value) {
    command.root = value.substr(0, value.find_last_not_of('/') + 1);
    return {};
}

inline constexpr Option config = {
    "--config",
    "read this configuration instead of /etc/onload-node/config.toml and config.d",
    store<&Command::config>,
    "FILE",
    "a file"};
inline constexpr Option root = {
    "--root",
    "for the node whose files are below DIR; nothing of this machine is asked",
    store_root,
    "DIR",
    "a directory"};
inline constexpr Option json = {"--json", "print JSON", store<&Command::json>};
inline constexpr Option help = {"--help", "print this"};
inline constexpr Option version = {"--version", "print the version"};

inline constexpr std::string_view stage_summary =
    "bring modules, programs and libraries below /opt, from an image, archive or folder";
inline constexpr std::string_view trees_summary = "print the kernels that modules are staged for";
inline constexpr std::string_view purge_summary = "remove all that is staged and remembered";
inline constexpr std::string_view diagnose_summary = "collect what support needs into one file";
inline constexpr std::string_view verify_summary =
    "tell whether what is staged would load: every check, one line each";
inline constexpr std::string_view verify_exits =
    "Exit status: 0 it would; 3 a check failed; 78 the configuration is wrong; 1 anything else.\n";

}  // namespace onload_node::shared
