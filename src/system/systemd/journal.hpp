// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"
#include "core/model/config.hpp"
#include "core/model/step.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
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

    void beginning(const Phase& phase) override;
    void starting(const PlannedStep& step) override;
    void done(const PlannedStep& step, Milliseconds duration) override;
    void failed(const PlannedStep& step, const Error& error) override;
    void undoing(const Step& inverse) override;
    void undo_failed(const Step& inverse, const Error& error) override;
    void notice(const std::string& text) override;
    void detail(const std::string& text) override;
    void concluding(State state, ReasonCode code, const std::string& text) override;

private:
    void tell(const JournalEntry& entry);
    void tell_of_step(JournalEntry entry, const Step& step);

    std::string phase_;  ///< that has begun; empty when none has

    class Log;
    std::unique_ptr<Log> log_;
};

/// The priority of an entry, with the numbers of syslog.
enum class Priority { error = 3, warning = 4, notice = 5, info = 6, debug = 7 };

/// The kinds of entries that the journal's catalogue explains (packaging/onload-node.catalog.in),
/// but for what a node has come to: those have the identifier of its reason
/// (core/model/reasons.hpp).
namespace message_id {

inline constexpr std::string_view phase_begins = "e3f0e34ce7d4452cbf8508bd8e18716a";
inline constexpr std::string_view step_begins = "dabcbcdacf6446128e135cdee3a3e785";
inline constexpr std::string_view step_done = "8d11fbc26d4b41a9a52e6fda6d3568a7";
inline constexpr std::string_view step_failed = "ef671d002d02426a9432277bf8262c23";
inline constexpr std::string_view step_taken_back = "995218c69c2848f3818c46881a5c9c9d";
inline constexpr std::string_view step_not_taken_back = "0d5554f4660c4ffa859e54c8586f362d";

}  // namespace message_id

/// One message for an administrator, with fields that machines may look for.
struct JournalEntry {
    Priority priority = Priority::info;
    std::string message;
    std::string_view id = {};  ///< of its kind; empty when it has none
    std::string phase = {};    ///< of the plan; empty when none has begun
    std::string step = {};     ///< key of the step it is about; empty when none
    std::string why = {};      ///< that step was taken; empty when not known
    std::string_view reason =
        {};  ///< code of the reason for the node's state; empty when it is about none
    StepSubject subject = {};  ///< what that step is about
    std::optional<Milliseconds> duration = {};
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
