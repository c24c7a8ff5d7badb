// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

#include <memory>
#include <string>

namespace onload_node {

struct JournalEntry;

/// Tells what happens: to the journal, with fields, when standard error goes there; to standard
/// error otherwise. The step being run is our unit's STATUS line as well. The only place that logs.
class JournalProgress final : public Progress {
public:
    JournalProgress();
    ~JournalProgress() override;
    JournalProgress(const JournalProgress&) = delete;
    JournalProgress& operator=(const JournalProgress&) = delete;

    void starting(const PlannedStep& step) override;
    void done(const PlannedStep& step, Milliseconds duration) override;
    void failed(const PlannedStep& step, const Error& error) override;
    void undoing(const Step& inverse) override;
    void undo_failed(const Step& inverse, const Error& error) override;
    void notice(const std::string& text) override;

private:
    void tell(const JournalEntry& entry);

    class Log;
    std::unique_ptr<Log> log_;
};

}  // namespace onload_node
