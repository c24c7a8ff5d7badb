// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"
#include "run/undo_log.hpp"

#include <cstddef>
#include <string>
#include <vector>

/// The way back. Each function runs the inverses of entries of the undo log and removes the
/// entries. A failing inverse does not stop the others, but one that hangs does: they would, too.
/// What could not be undone is returned, in words, and stays open in the log for the next run.
namespace onload_node {

/// What is left of what was to be undone.
struct Left {
    std::vector<std::string> texts;
    bool hung = false;  ///< the kernel did not come back from undoing it: only a reset helps
};

/// Undoes the entries from `mark` on, the last one first: those of a phase that failed.
[[nodiscard]] Left
take_back_since(std::size_t mark, const Config& config, const NodeAccess& access, UndoLog& log);

/// Undoes what an interrupted run had begun.
[[nodiscard]] std::vector<std::string>
take_back_uncommitted(const Config& config, const NodeAccess& access, UndoLog& log);

/// Undoes everything that onload-node did in this boot. Names go before the driver, so that the
/// in-tree interfaces come up with their own.
[[nodiscard]] std::vector<std::string>
take_back_everything(const Config& config, const NodeAccess& access, UndoLog& log);

}  // namespace onload_node
