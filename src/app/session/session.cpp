// SPDX-License-Identifier: BSD-2-Clause
#include "app/session/session.hpp"

#include "app/session/for_containers.hpp"
#include "core/model/paths.hpp"
#include "run/observe.hpp"
#include "run/records.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <utility>

#include <unistd.h>

namespace onload_node {

namespace {

/// An unreadable record must not block the plan, which goes by what is true on the node. If the
/// file cannot even be removed, the next step fails, because its way back cannot be recorded.
void remove_undo_log(const NodeAccess& access, const Error& why) {
    access.progress.notice(
        "what was done earlier in this boot is not known any more, and revert cannot take it "
        "back: " +
        why.message
    );
    if (const auto removed = access.files.remove(paths::undo_log); !removed) {
        access.progress.notice(removed.error().message);
    }
}

/// What a terminal sends to the process in front of it, or its end to who writes to it.
void answer_to_terminal(void (*action)(int)) {
    for (const int sent : {SIGHUP, SIGINT, SIGPIPE}) {
        static_cast<void>(std::signal(sent, action));
    }
}

/// Whether kubelet may start in this boot. What is right already is not written again.
Result<void> mark(bool may_start, Files& files) {
    if (may_start == files.exists(paths::kubelet_marker)) {
        return {};
    }
    return may_start ? files.write(paths::kubelet_marker, "") : files.remove(paths::kubelet_marker);
}

}  // namespace

Session::Session(Lock lock) : lock_(std::move(lock)), log_(node_.access().files) {
    answer_to_terminal(SIG_IGN);
}

Session::~Session() {
    answer_to_terminal(SIG_DFL);
}

Result<std::unique_ptr<Session>> Session::open(const char* verb) {
    if (::geteuid() != 0) {
        return failure(
            ErrorCode::permission,
            std::string(verb) +
                " changes the node and must run as root; plan and status work without"
        );
    }
    auto lock = TRY(Lock::acquire(std::string(paths::lock_file)));
    std::unique_ptr<Session> session(new Session(std::move(lock)));
    make_readable_for_containers(session->files(), session->node_.access().progress);
    if (auto loaded = session->log_.load(); !loaded) {
        remove_undo_log(session->node_.access(), loaded.error());
    }
    return session;
}

NodeRun Session::run(const Config& config) {
    return {config, node_.access(), log_, [this, &config](Observed& observed) {
                return look(observed, config, node_.sensors());
            }};
}

int Session::tell(const Config& config, const Observed& observed, Telling telling) {
    const Plan left = make_plan(config, observed, {});
    const auto record = read_run_record(files());
    return publish(make_report(config, observed, left, record), config.publish, node_, telling);
}

int Session::conclude(const Config& config, const Observed& observed, RunRecord record) {
    const Plan left = make_plan(config, observed, {});
    // A record that has it is of an earlier run: this one had nothing to do.
    if (record.boot_id == observed.boot_id && record.took_ms == 0) {
        using std::chrono::steady_clock;
        const auto took =
            std::chrono::duration_cast<Milliseconds>(steady_clock::now() - opened_).count();
        record.took_ms = std::max<std::int64_t>(took, 1);
        // One that cannot be written has been told of when the run wrote it.
        static_cast<void>(write_run_record(files(), record));
    }
    return conclude(make_report(config, observed, left, record), config.publish);
}

int Session::conclude(const Report& report, const PublishConfig& config) {
    if (const auto marked = mark(!fell_back(report), files()); !marked) {
        say("whether kubelet may start could not be told: " + marked.error().message);
    }
    return publish(report, config, node_, Telling::always);
}

Result<int>
Session::tell_taken_back(const Config& config, NodeRun& run, const std::vector<std::string>& left) {
    for (const auto& what : left) {
        say("could not be taken back: " + what);
    }
    TRY(run.look());
    tell(config, run.observed(), Telling::always);
    return left.empty() ? 0 : 1;
}

}  // namespace onload_node
