// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "app/cli/parser.hpp"
#include "base/text.hpp"

// Options and texts that more than one program has.
namespace onload_node::shared {

inline Result<void> store_root(Command& command, std::string_view value) {
    command.root = value.substr(0, value.find_last_not_of('/') + 1);
    return {};
}

inline Result<void> store_kernel(Command& command, std::string_view value) {
    if (value.find('/') != std::string_view::npos || value.starts_with('.')) {
        return failure(ErrorCode::usage, compose("\"{}\" is no kernel release", value));
    }
    return store<&Command::kernel>(command, value);
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
inline constexpr Option dry_run = {
    "--dry-run", "print the steps, take none", store<&Command::dry_run>};
inline constexpr Option live = {
    "--live", "swap drivers although the network is up: cuts connections", store<&Command::live>};
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
inline constexpr std::string_view apply_summary = "make the node what the configuration asks for";
inline constexpr std::string_view plan_summary =
    "print the steps that apply would take, each with its reason";
inline constexpr std::string_view status_summary = "print what is true now";
inline constexpr std::string_view nics_summary =
    "print the Solarflare functions of this machine, and who names their ports";

inline constexpr std::string_view state_exits =
    "Exit status: 0 as configured, or nothing to do; 3 the in-tree driver is on although the other "
    "one is\nwanted; 4 the driver is on, something secondary is not; 78 the configuration is "
    "wrong; "
    "1 anything else.\n";

}  // namespace onload_node::shared
