// SPDX-License-Identifier: BSD-2-Clause
#include "app/commands/commands.hpp"
#include "app/config/config_file.hpp"
#include "app/session/session.hpp"
#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "core/planning/reach.hpp"
#include "core/reporting/report.hpp"
#include "run/guard.hpp"
#include "run/observe.hpp"
#include "run/previous_set.hpp"
#include "run/records.hpp"

#include <algorithm>
#include <thread>

namespace onload_node {

namespace {

using Clock = std::chrono::steady_clock;

Result<int> ended_in_order() {
    const auto session = TRY(Session::open("confirm"));
    const auto facts = TRY(session->node().sensors().host.facts());
    TRY(disarm_guard(session->files(), facts.boot_id));
    return 0;
}

/// One boot, until it is known what to think of it. The node is looked at without the lock, so that
/// changes made in the meantime are judged too, and changed under it.
class Confirmation {
public:
    explicit Confirmation(const Config& config)
        : config_(config), deadline_(Clock::now() + config.guard.patience) {}

    Result<int> run();

private:
    /// The exit status, or nothing while it is worth waiting.
    Result<std::optional<int>> judge();
    Result<std::optional<int>> judge_unreached(Session& session, NodeRun& run);
    Result<int> judge_good(Session& session, NodeRun& run);
    void note_confirmed(Session& session, const Observed& observed) const;
    Result<void> wait();
    Result<Milliseconds> settling_time();

    [[nodiscard]] bool late() const { return Clock::now() >= deadline_; }

    const Config& config_;
    Clock::time_point deadline_;
    Observed seen_;         ///< functions and links only
    Reach before_;          ///< of the last good boot
    std::string missing_;   ///< what that reached and this boot does not
    bool attempt_ = false;  ///< the guard counts this boot as dead until it is confirmed
};

Result<std::optional<int>> Confirmation::judge() {
    const auto session = TRY(Session::open("confirm"));
    NodeRun run = session->run(config_);
    TRY(run.look());
    attempt_ = attempt_under_way(run.observed());
    if (attempt_) {
        if (const auto complaint = port_complaint(config_, run.observed()); !complaint.empty()) {
            session->say("this boot is not confirmed as good: " + complaint);
            return 1;
        }
    }
    seen_.functions = run.observed().functions;
    TRY(observe_links(seen_, session->node().sensors()));
    before_ = read_reach(session->files());
    missing_ = reach_complaint(before_, config_, seen_);
    if (!missing_.empty()) {
        return judge_unreached(*session, run);
    }
    return TRY(judge_good(*session, run));
}

/// A set that cannot be noted, or does not accelerate, is none to go back to; the boot is good all
/// the same.
void Confirmation::note_confirmed(Session& session, const Observed& observed) const {
    if (const auto complaint = onload_complaint(config_, observed); !complaint.empty()) {
        session.say("this set is not noted as good: " + complaint);
        return;
    }
    const auto now = session.node().sensors().host.utc(seen_.uptime);
    if (const auto noted = confirm_set(session.files(), observed, now); !noted) {
        session.say("this set is not noted as good: " + noted.error().message);
    }
}

/// In-tree boots are remembered, too: the first boot with the other driver is measured by them.
Result<int> Confirmation::judge_good(Session& session, NodeRun& run) {
    if (attempt_) {
        note_confirmed(session, run.observed());
        TRY(session.files().remove(paths::guard_file));
        TRY(run.look());
        session.say("this boot is confirmed as good");
        session.tell(config_, run.observed());
    }
    const auto now = reach_now(config_, seen_);
    if (!now.empty() && now != before_) {
        TRY(write_reach(session.files(), now));
    }
    return 0;
}

/// Nothing is reached with the staged driver: this boot counts, unless something is reached later.
/// With the in-tree driver: it was not the driver.
Result<std::optional<int>> Confirmation::judge_unreached(Session& session, NodeRun& run) {
    const auto& guard = run.observed().guard;
    if (!attempt_ && (!guard || guard->unreachable == 0)) {
        return 0;
    }
    const bool news = attempt_ ? unreached(run.observed()).empty() : late();
    if (!news) {
        return std::nullopt;
    }
    if (attempt_) {
        TRY(mark_unreached(session.files(), guard->boot_id, missing_));
        session.say("this boot is not yet confirmed as good: " + missing_);
    } else {
        TRY(forgive_unreached(session.files()));
        TRY(session.files().remove(paths::reach_file));
        session.say(compose(
            "with the in-tree driver, too, {}; the next boot tries the staged driver", missing_
        ));
    }
    TRY(run.look());
    session.tell(config_, run.observed());
    return attempt_ ? std::nullopt : std::optional(0);
}

Result<void> Confirmation::wait() {
    Node node;
    for (int looks = 0; looks < looks_between_whole_ones; ++looks) {
        std::this_thread::sleep_for(between_looks);
        TRY(observe_links(seen_, node.sensors()));
        if ((!attempt_ && late()) || reach_complaint(before_, config_, seen_).empty()) {
            break;
        }
    }
    return {};
}

/// A boot that is not on trial is waited for only at its begin: carrier takes a moment.
Result<Milliseconds> Confirmation::settling_time() {
    Node node;
    const auto facts = TRY(node.sensors().host.facts());
    Observed observed;
    observed.boot_id = facts.boot_id;
    read_guard(observed, node.sensors().files);
    const Milliseconds settle = config_.guard.settle;
    return attempt_under_way(observed)
               ? settle
               : std::max(Milliseconds(0), settle - std::chrono::seconds(facts.uptime));
}

Result<int> Confirmation::run() {
    std::this_thread::sleep_for(TRY(settling_time()));
    for (;;) {
        if (const auto status = TRY(judge())) {
            return *status;
        }
        TRY(wait());
    }
}

}  // namespace

Result<int> confirm(const Command& command) {
    if (command.shutdown) {
        return ended_in_order();
    }
    const Config config = config_or_default(command);
    return Confirmation(config).run();
}

}  // namespace onload_node
