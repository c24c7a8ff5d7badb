// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"
#include "core/model/config.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace onload_node {

struct JournalEntry;

/// Reports what happens: to the journal, with fields, if standard error goes there; else to
/// standard error. The STATUS line of our unit shows the current step. Nothing else logs.
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

/// The priority of an entry, with the numbers of syslog.
enum class Priority { error = 3, warning = 4, notice = 5, info = 6 };

/// One message for an administrator, with fields that machines may look for.
struct JournalEntry {
    Priority priority = Priority::info;
    std::string message;
    std::string step;    ///< key of the step it is about; empty when none
    std::string reason;  ///< why that step was taken; empty when not known
    std::optional<Milliseconds> duration;
};

/// "FIELD=value" for each field of the journal; unknown ones are left out.
[[nodiscard]] std::vector<std::string> journal_fields(const JournalEntry& entry);

/// The entry as a line of text, for people who read standard error.
[[nodiscard]] std::string plain_line(const JournalEntry& entry);

/// Sets the STATUS line of our unit; does nothing when systemd has not started us.
void notify_status(const std::string& text);

/// Tells systemd that our unit has done its work.
void notify_ready();

}  // namespace onload_node
