// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

#include <string>
#include <vector>

namespace onload_node {

/// One thing that was done, or was about to be, and the way back.
struct UndoEntry {
    PhaseName phase = PhaseName::driver;
    std::string done;           ///< the step in words
    std::vector<Step> inverse;  ///< in the order to run
};

/// The record of what onload-node has changed in this boot (/run/onload-node/undo.toml). An entry
/// is in the file before its step runs. Entries of phases that came to their end are committed:
/// they are the way back for `revert`; those behind them belong to a phase that was cut short and
/// are taken back by the next run.
class UndoLog {
public:
    /// `files` must outlive the log.
    explicit UndoLog(Files& files) : files_(files) {}

    /// Reads what an earlier run left; no file is an empty log. ErrorCode::mismatch when it cannot
    /// be understood.
    [[nodiscard]] Result<void> load();

    /// Records the entry; only after success may the step run.
    [[nodiscard]] Result<void> append(UndoEntry entry);

    /// All entries so far are done with.
    [[nodiscard]] Result<void> commit();

    /// Forgets the entries from `count` on: they have been taken back, but for `open`.
    [[nodiscard]] Result<void> truncate(std::size_t count, const std::vector<UndoEntry>& open = {});

    [[nodiscard]] const std::vector<UndoEntry>& entries() const { return entries_; }

    [[nodiscard]] std::size_t committed() const { return committed_; }

    /// An earlier run was cut short.
    [[nodiscard]] bool open() const { return entries_.size() > committed_; }

private:
    [[nodiscard]] Result<void> save();
    [[nodiscard]] Result<void> save_or_drop();

    /// To the first `count` entries; the file is left as it is.
    void shorten(std::size_t count);

    Files& files_;
    std::vector<UndoEntry> entries_;
    /// What the file says of the first of them: it is written at each step, and grows by one entry.
    std::vector<std::string> texts_;
    std::size_t committed_ = 0;
};

}  // namespace onload_node
