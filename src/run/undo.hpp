// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"
#include "run/undo_log.hpp"

#include <cstddef>
#include <string>
#include <vector>

/// The way back. Each of these runs the inverses of entries of the undo log and takes the entries
/// out of it. A failing inverse does not stop the others; what could not be taken back is returned,
/// in words, and stays in the log, open, for the next run.
namespace onload_node {

/// Takes back the entries from `mark` on, the last one first: a phase that failed.
[[nodiscard]] std::vector<std::string>
take_back_since(std::size_t mark, const Config& config, const NodeAccess& access, UndoLog& log);

/// Takes back what a run that was cut short had begun.
[[nodiscard]] std::vector<std::string>
take_back_uncommitted(const Config& config, const NodeAccess& access, UndoLog& log);

/// Takes back everything that onload-node did in this boot. Names go before the driver, so that the
/// in-tree interfaces come up with their own.
[[nodiscard]] std::vector<std::string>
take_back_everything(const Config& config, const NodeAccess& access, UndoLog& log);

}  // namespace onload_node
