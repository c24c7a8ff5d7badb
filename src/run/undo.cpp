// SPDX-License-Identifier: BSD-2-Clause
#include "run/undo.hpp"

#include "base/text.hpp"
#include "run/step_runner.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace onload_node {

namespace {

/// What could not be undone.
struct Remains {
    std::vector<UndoEntry> entries;  ///< in the order to run them again
    Left left;
};

/// Runs the inverses of one entry; false if one failed. That does not stop the others, unless it
/// hangs.
bool run_inverse(const UndoEntry& entry, StepRunner& runner, const NodeAccess& access, Left& left) {
    bool worked = true;
    for (const auto& step : entry.inverse) {
        access.progress.undoing(step);
        const auto done = runner.run(step);
        if (done) {
            continue;
        }
        worked = false;
        access.progress.undo_failed(step, done.error());
        left.texts.push_back(compose("{}: {}", describe(step), done.error().message));
        left.hung = done.error().code == ErrorCode::hung;
        if (left.hung) {
            break;
        }
    }
    return worked;
}

/// Runs the inverses of the entries in this order. The first entry that fails remains, and so do
/// all after it, which may depend on it.
Remains run_inverses(std::vector<UndoEntry> entries, StepRunner& runner, const NodeAccess& access) {
    Remains remains;
    std::size_t done = 0;
    for (const auto& entry : entries) {
        const bool worked = run_inverse(entry, runner, access, remains.left);
        done += worked && remains.left.texts.empty() ? 1U : 0U;
        if (remains.left.hung) {
            break;
        }
    }
    entries.erase(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(done));
    remains.entries = std::move(entries);
    return remains;
}

/// Runs the entries in this order, and a second time from the first that failed: it may have needed
/// something that was undone only after it. Running an inverse twice is safe, and a node must not
/// be left half undone.
Remains
run_inverses_twice(std::vector<UndoEntry> entries, StepRunner& runner, const NodeAccess& access) {
    Remains first = run_inverses(std::move(entries), runner, access);
    return first.left.texts.empty() || first.left.hung
               ? first
               : run_inverses(std::move(first.entries), runner, access);
}

/// Removes the entries from `mark` on from the log. What could not be undone stays open for the
/// next run.
void close_from(std::size_t mark, Remains& remains, const NodeAccess& access, UndoLog& log) {
    std::reverse(remains.entries.begin(), remains.entries.end());
    if (const auto saved = log.truncate(mark, std::move(remains.entries)); !saved) {
        access.progress.notice(
            "the record of what was done could not be written: " + saved.error().message
        );
    }
}

}  // namespace

Left take_back_since(
    std::size_t mark, const Config& config, const NodeAccess& access, UndoLog& log
) {
    StepRunner runner(access, config.limits);
    const auto& entries = log.entries();
    std::vector<UndoEntry> backwards(
        entries.rbegin(), entries.rend() - static_cast<std::ptrdiff_t>(mark)
    );
    Remains remains = run_inverses_twice(std::move(backwards), runner, access);
    close_from(mark, remains, access, log);
    return std::move(remains.left);
}

std::vector<std::string>
take_back_uncommitted(const Config& config, const NodeAccess& access, UndoLog& log) {
    return take_back_since(log.committed(), config, access, log).texts;
}

std::vector<std::string>
take_back_everything(const Config& config, const NodeAccess& access, UndoLog& log) {
    StepRunner runner(access, config.limits);
    constexpr std::array order = {
        PhaseName::time, PhaseName::onload, PhaseName::names, PhaseName::driver};
    std::vector<UndoEntry> entries;
    for (const auto phase : order) {
        std::copy_if(
            log.entries().rbegin(),
            log.entries().rend(),
            std::back_inserter(entries),
            [&](const UndoEntry& entry) { return entry.phase == phase; }
        );
    }
    Remains remains = run_inverses_twice(std::move(entries), runner, access);
    close_from(0, remains, access, log);
    return std::move(remains.left.texts);
}

}  // namespace onload_node
