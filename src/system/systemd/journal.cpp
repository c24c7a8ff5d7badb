// SPDX-License-Identifier: BSD-2-Clause
// The place in this file that sent an entry tells nobody anything, and would carry the path of the
// build into the program.
#define SD_JOURNAL_SUPPRESS_LOCATION

#include "system/systemd/journal.hpp"

#include "base/text.hpp"
#include "core/model/plan.hpp"
#include "core/model/reasons.hpp"
#include "core/model/step.hpp"
#include "core/model/units.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include <spdlog/logger.h>
#include <spdlog/sinks/sink.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

namespace onload_node {

namespace {

/// systemd names the stream that it gave to a service as standard error. Standard error may have
/// been redirected since.
bool stderr_is_journal() {
    const char* const stream = std::getenv("JOURNAL_STREAM");

    struct stat status {};

    if (stream == nullptr || ::fstat(STDERR_FILENO, &status) != 0) {
        return false;
    }
    return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino) == stream;
}

void send_to_journal(const JournalEntry& entry) {
    const auto fields = journal_fields(entry);
    std::vector<iovec> parts;
    parts.reserve(fields.size());
    for (const auto& field : fields) {
        // The journal only reads the fields; iovec has no const.
        parts.push_back({const_cast<char*>(field.data()), field.size()});
    }
    static_cast<void>(sd_journal_sendv(parts.data(), static_cast<int>(parts.size())));
}

void print(const JournalEntry& entry) {
    const std::string line = plain_line(entry) + "\n";
    static_cast<void>(std::fwrite(line.data(), 1, line.size(), stderr));
}

Priority priority_of(State state) {
    switch (state) {
    case State::active:
    case State::idle:
    case State::off:
        return Priority::notice;
    case State::degraded:
        return Priority::warning;
    case State::in_tree:
    case State::failed:
        break;
    }
    return Priority::error;
}

spdlog::level::level_enum level_of(Priority priority) {
    switch (priority) {
    case Priority::error:
        return spdlog::level::err;
    case Priority::warning:
        return spdlog::level::warn;
    case Priority::notice:
    case Priority::info:
        return spdlog::level::info;
    case Priority::debug:
        break;
    }
    return spdlog::level::debug;
}

}  // namespace

/// The only sink. It implements spdlog's interface itself: the usual base class brings the pattern
/// formatter, an unneeded tenth of the binary. Like Log, which has it as a member, it is not in the
/// unnamed namespace: compilers would warn when files are compiled together.
class EntrySink final : public spdlog::sinks::sink {
public:
    /// Sets the entry of the next message; spdlog itself carries no fields.
    void set_entry(const JournalEntry* entry) { entry_ = entry; }

    void log(const spdlog::details::log_msg& message) override {
        JournalEntry entry;
        if (entry_ != nullptr) {
            entry = *entry_;
        }
        entry.message.assign(message.payload.data(), message.payload.size());
        journal_ ? send_to_journal(entry) : print(entry);
    }

    void flush() override { static_cast<void>(std::fflush(stderr)); }

    void set_pattern(const std::string& /*pattern*/) override {}

    void set_formatter(std::unique_ptr<spdlog::formatter> /*formatter*/) override {}

private:
    const bool journal_ = stderr_is_journal();
    const JournalEntry* entry_ = nullptr;
};

class JournalProgress::Log final {
public:
    /// The journal keeps what it is asked to keep; nothing is left out here.
    Log() { logger_.set_level(spdlog::level::debug); }

    void write(const JournalEntry& entry) {
        sink_->set_entry(&entry);
        logger_.log(level_of(entry.priority), entry.message);
        sink_->set_entry(nullptr);
    }

private:
    std::shared_ptr<EntrySink> sink_ = std::make_shared<EntrySink>();
    spdlog::logger logger_{"onload-node", sink_};
};

JournalProgress::JournalProgress() : log_(std::make_unique<Log>()) {}

JournalProgress::~JournalProgress() = default;

void JournalProgress::tell(const JournalEntry& entry) {
    log_->write(entry);
}

/// Fills in what every entry about a step has.
void JournalProgress::tell_of_step(JournalEntry entry, const Step& step) {
    entry.phase = phase_;
    entry.step = key(step);
    entry.subject = subject_of(step);
    tell(entry);
}

void JournalProgress::beginning(const Phase& phase) {
    phase_ = to_string(phase.name);
    const auto& first = phase.steps.front();
    const auto count = phase.steps.size();
    tell(
        {.priority = Priority::info,
         .message = compose(
             "{}: {} {}{}{}",
             phase_,
             std::to_string(count),
             count == 1 ? "step" : "steps",
             first.reason.empty() ? "" : ": ",
             first.reason
         ),
         .id = message_id::phase_begins,
         .phase = phase_}
    );
}

void JournalProgress::starting(const PlannedStep& step) {
    const std::string text = describe(step.step);
    notify_status(text);
    tell_of_step(
        {.priority = Priority::debug,
         .message = step.reason.empty() ? text : compose("{}: {}", text, step.reason),
         .id = message_id::step_begins,
         .why = step.reason},
        step.step
    );
}

void JournalProgress::done(const PlannedStep& step, Milliseconds duration) {
    tell_of_step(
        {.priority = Priority::debug,
         .message = compose("done: {} ({} ms)", key(step.step), std::to_string(duration.count())),
         .id = message_id::step_done,
         .why = step.reason,
         .duration = duration},
        step.step
    );
}

void JournalProgress::failed(const PlannedStep& step, const Error& error) {
    tell_of_step(
        {.priority = Priority::error,
         .message = compose("failed: {}: {}", key(step.step), error.message),
         .id = message_id::step_failed,
         .why = step.reason},
        step.step
    );
}

void JournalProgress::undoing(const Step& inverse) {
    const std::string text = "taking back: " + describe(inverse);
    notify_status(text);
    tell_of_step(
        {.priority = Priority::warning, .message = text, .id = message_id::step_taken_back}, inverse
    );
}

void JournalProgress::undo_failed(const Step& inverse, const Error& error) {
    tell_of_step(
        {.priority = Priority::error,
         .message = compose("cannot take back: {}: {}", key(inverse), error.message),
         .id = message_id::step_not_taken_back},
        inverse
    );
}

void JournalProgress::notice(const std::string& text) {
    tell({.priority = Priority::notice, .message = text});
}

void JournalProgress::detail(const std::string& text) {
    tell({.priority = Priority::debug, .message = text});
}

void JournalProgress::concluding(State state, ReasonCode code, const std::string& text) {
    const auto& facts = facts_of(code);
    tell(
        {.priority = priority_of(state),
         .message = text,
         .id = facts.message_id,
         .reason = facts.word}
    );
}

namespace {

void put_all(
    std::vector<std::string>& fields, std::string_view field, const std::vector<std::string>& values
) {
    for (const auto& value : values) {
        fields.push_back(compose("{}={}", field, value));
    }
}

}  // namespace

std::vector<std::string> journal_fields(const JournalEntry& entry) {
    std::vector<std::string> fields = {
        "MESSAGE=" + entry.message,
        "PRIORITY=" + std::to_string(static_cast<int>(entry.priority)),
        "SYSLOG_IDENTIFIER=onload-node",
        // When another unit runs us, `systemctl status` of our own unit shows the message as well.
        "OBJECT_SYSTEMD_UNIT=" + std::string(units::self),
    };
    const std::pair<std::string_view, std::string_view> single[] = {
        {"MESSAGE_ID", entry.id},
        {"ONLOAD_NODE_PHASE", entry.phase},
        {"ONLOAD_NODE_STEP", entry.step},
        {"ONLOAD_NODE_WHY", entry.why},
        {"ONLOAD_NODE_REASON", entry.reason},
    };
    for (const auto& [field, value] : single) {
        if (!value.empty()) {
            fields.push_back(compose("{}={}", field, value));
        }
    }
    put_all(fields, "ONLOAD_NODE_MODULE", entry.subject.modules);
    put_all(fields, "ONLOAD_NODE_PCI", entry.subject.functions);
    put_all(fields, "ONLOAD_NODE_INTERFACE", entry.subject.interfaces);
    put_all(fields, "ONLOAD_NODE_UNIT", entry.subject.units);
    if (entry.duration) {
        fields.push_back("ONLOAD_NODE_DURATION_MS=" + std::to_string(entry.duration->count()));
    }
    return fields;
}

std::string plain_line(const JournalEntry& entry) {
    if (!entry.reason.empty()) {
        // Begins with the state of the node.
        return entry.message;
    }
    switch (entry.priority) {
    case Priority::error:
        return "error: " + entry.message;
    case Priority::warning:
        return "warning: " + entry.message;
    default:
        return entry.message;
    }
}

// The results are ignored: a status that cannot be sent must not stop the work.

void notify_status(const std::string& text) {
    std::string line = "STATUS=" + text;
    // The protocol takes one assignment per line.
    std::replace(line.begin(), line.end(), '\n', ' ');
    static_cast<void>(sd_notify(0, line.c_str()));
}

void notify_ready() {
    static_cast<void>(sd_notify(0, "READY=1"));
}

}  // namespace onload_node
