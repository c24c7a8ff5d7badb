// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "app/cli/cli.hpp"
#include "app/session/node.hpp"
#include "core/model/config.hpp"
#include "core/reporting/report.hpp"
#include "run/undo_log.hpp"
#include "system/files/lock.hpp"

#include <memory>

namespace onload_node {

/// The configuration that the command names, or every complaint about it.
[[nodiscard]] Result<Config> load_config(const Command& command);

/// The same, or the built-in one: a wrong configuration must not keep anybody from going back.
[[nodiscard]] Config config_or_default(const Command& command);

/// Judges the node as it was observed; the record of the last run explains.
[[nodiscard]] Report report_now(const Config& config, const Observed& observed, const Files& files);

/// The report of a node with a bad configuration: looked at with the built-in one.
[[nodiscard]] Result<Report> report_bad_config(Node& node, const Error& error);

/// False, having said so, when a run that was cut short could only be taken back by cutting off a
/// network that is up: that waits for the next boot, which begins anew.
[[nodiscard]] bool may_take_back(const Command& command, const Config& config, Node& node);

/// One run that may change the node: as root, alone, with what earlier runs of this boot did.
struct Session {
    Lock lock;
    std::unique_ptr<Node> node;
    UndoLog log;

    /// `verb` is for the message to who is not root.
    [[nodiscard]] static Result<Session> open(const char* verb);
};

}  // namespace onload_node
