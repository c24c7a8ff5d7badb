// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

#include <string>
#include <vector>

namespace onload_node {

/// One step that was done, or was about to be, and the way back.
struct UndoEntry {
    PhaseName phase = PhaseName::driver;
    std::string done;           ///< the step, in words
    std::vector<Step> inverse;  ///< in the order to run
};

/// The record of what onload-node has changed in this boot (/run/onload-node/undo.toml). An entry
/// is in the file before its step runs. The entries of finished phases are committed: they are the
/// way back for `revert`. Those after them belong to an interrupted phase, which the next run
/// undoes.
class UndoLog {
public:
    /// `files` must outlive the log.
    explicit UndoLog(Files& files) : files_(files) {}

    /// Reads what an earlier run left; a missing file is an empty log. ErrorCode::mismatch: the
    /// file cannot be understood.
    [[nodiscard]] Result<void> load();

    /// Records the entry. The step may run only if this succeeds.
    [[nodiscard]] Result<void> append(UndoEntry entry);

    /// Marks all entries so far as finished.
    [[nodiscard]] Result<void> commit();

    /// Forgets the entries from `count` on, which have been undone, except `open`.
    [[nodiscard]] Result<void> truncate(std::size_t count, std::vector<UndoEntry> open = {});

    /// Forgets the finished entries of a phase: what they tell of has been given back.
    [[nodiscard]] Result<void> forget(PhaseName phase);

    [[nodiscard]] const std::vector<UndoEntry>& entries() const { return entries_; }

    [[nodiscard]] std::size_t committed() const { return committed_; }

    /// True if an earlier run was interrupted.
    [[nodiscard]] bool open() const { return entries_.size() > committed_; }

private:
    [[nodiscard]] Result<void> save();
    [[nodiscard]] Result<void> save_or_drop();

    /// Keeps only the first `count` entries; does not touch the file.
    void shorten(std::size_t count);

    Files& files_;
    std::vector<UndoEntry> entries_;
    /// Cached text of the first entries: each step adds one entry and writes the whole file.
    std::vector<std::string> texts_;
    std::size_t committed_ = 0;
};

}  // namespace onload_node
