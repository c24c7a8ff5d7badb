// SPDX-License-Identifier: BSD-2-Clause
#include "run/execute.hpp"

#include "core/planning/inverse.hpp"
#include "core/planning/plan.hpp"
#include "run/guard.hpp"
#include "run/step_runner.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace onload_node {

namespace {

using Clock = std::chrono::steady_clock;

Milliseconds milliseconds_since(Clock::time_point start) {
    return std::chrono::duration_cast<Milliseconds>(Clock::now() - start);
}

/// Runs the inverses of one entry; what fails is said, and returned. A failing one does not stop
/// the others.
std::vector<std::string>
run_inverse(const UndoEntry& entry, StepRunner& runner, const NodeAccess& access) {
    std::vector<std::string> failed;
    for (const auto& step : entry.inverse) {
        access.progress.undoing(step);
        if (const auto done = runner.run(step); !done) {
            access.progress.undo_failed(step, done.error());
            failed.push_back(describe(step) + ": " + done.error().message);
        }
    }
    return failed;
}

/// One execution: keeps what its parts share.
class Execution {
public:
    Execution(
        const Config& config, const Observed& observed, const NodeAccess& access, UndoLog& log
    )
        : observed_(observed), access_(access), log_(log), runner_(access, config.limits) {}

    /// False when the phase failed and was taken back.
    bool run(const Phase& phase) {
        const auto start = Clock::now();
        const bool worked = run_steps(phase);
        report_.timings.push_back(
            {"phase " + std::string(to_string(phase.name)), milliseconds_since(start)}
        );
        return worked;
    }

    [[nodiscard]] bool resetting() const { return report_.resetting; }

    ExecutionReport take_report() { return std::move(report_); }

private:
    bool run_steps(const Phase& phase) {
        const std::size_t mark = log_.entries().size();
        for (const auto& planned : phase.steps) {
            if (auto done = run(phase.name, planned); !done) {
                access_.progress.failed(planned, done.error());
                if (done.error().code == ErrorCode::hung) {
                    give_up(phase.name, planned, done.error());
                    return false;
                }
                PhaseFailure failed{
                    phase.name, describe(planned.step), done.error(), take_back(mark)};
                report_.failures.push_back(std::move(failed));
                return false;
            }
        }
        commit();
        return true;
    }

    Result<void> run(PhaseName phase, const PlannedStep& planned) {
        access_.progress.starting(planned);
        const UndoEntry entry{phase, describe(planned.step), inverse(planned.step, observed_)};
        if (auto recorded = log_.append(entry); !recorded) {
            return failure("the way back could not be recorded", recorded.error());
        }
        const auto start = Clock::now();
        auto done = runner_.run(planned.step);
        const auto duration = milliseconds_since(start);
        report_.timings.push_back({key(planned.step), duration});
        if (done) {
            access_.progress.done(planned, duration);
        }
        return done;
    }

    std::vector<std::string> take_back(std::size_t mark);

    void give_up(PhaseName phase, const PlannedStep& planned, const Error& error);

    void commit() {
        if (const auto saved = log_.commit(); !saved) {
            access_.progress.notice(
                "the record of what was done could not be written: " + saved.error().message
            );
        }
    }

    const Observed& observed_;
    NodeAccess access_;
    UndoLog& log_;
    StepRunner runner_;
    ExecutionReport report_;
};

/// What could not be taken back.
struct Remains {
    std::vector<UndoEntry> entries;  ///< in the order in which they are to be run again
    std::vector<std::string> texts;
};

/// Runs the inverses of the entries in this order. What is left begins with the first that failed:
/// those behind it may rest on it.
Remains run_inverses(std::vector<UndoEntry> entries, StepRunner& runner, const NodeAccess& access) {
    Remains remains;
    std::size_t done = 0;
    for (const auto& entry : entries) {
        auto failed = run_inverse(entry, runner, access);
        done += failed.empty() && remains.texts.empty() ? 1U : 0U;
        std::move(failed.begin(), failed.end(), std::back_inserter(remains.texts));
    }
    entries.erase(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(done));
    remains.entries = std::move(entries);
    return remains;
}

/// Runs the entries in this order. From the first that fails on they get a second chance: it may
/// have failed for want of something that was taken back after it, and a node half undone is the
/// one thing not to leave. Each inverse can be run twice.
Remains
take_back_all(std::vector<UndoEntry> entries, StepRunner& runner, const NodeAccess& access) {
    Remains first = run_inverses(std::move(entries), runner, access);
    return first.texts.empty() ? first : run_inverses(std::move(first.entries), runner, access);
}

/// Forgets the entries from `mark` on, but for what could not be taken back: that stays open, for
/// the next run.
void forget(std::size_t mark, Remains& remains, const NodeAccess& access, UndoLog& log) {
    std::reverse(remains.entries.begin(), remains.entries.end());
    if (const auto saved = log.truncate(mark, remains.entries); !saved) {
        access.progress.notice(
            "the record of what was done could not be written: " + saved.error().message
        );
    }
}

std::vector<std::string>
take_back_from(std::size_t mark, StepRunner& runner, const NodeAccess& access, UndoLog& log) {
    const auto& entries = log.entries();
    std::vector<UndoEntry> backwards(
        entries.rbegin(), entries.rend() - static_cast<std::ptrdiff_t>(mark)
    );
    Remains remains = take_back_all(std::move(backwards), runner, access);
    forget(mark, remains, access, log);
    return remains.texts;
}

std::vector<std::string> Execution::take_back(std::size_t mark) {
    return take_back_from(mark, runner_, access_, log_);
}

/// A module that hangs cannot be taken out again in this boot, and the in-tree driver cannot come
/// back beside it. Before the network is up the node resets itself, once, and the guard keeps it on
/// the in-tree driver; on a node that is at work a person has to decide that.
void Execution::give_up(PhaseName phase, const PlannedStep& planned, const Error& error) {
    report_.failures.push_back(
        {phase, describe(planned.step), error, {"everything: only a reset helps"}}
    );
    commit();
    if (const auto tripped = trip_guard(access_.files, error.message); !tripped) {
        access_.progress.notice("the guard could not be tripped: " + tripped.error().message);
    }
    if (observed_.network_started) {
        access_.progress.notice("only a reset of the machine ends this; not done under a network");
        return;
    }
    report_.resetting = true;
    access_.progress.notice(
        "the node resets itself, once, and then stays on the in-tree driver: " + error.message
    );
    if (const auto restarted = access_.kernel.restart(); !restarted) {
        access_.progress.notice("the machine does not reset: " + restarted.error().message);
    }
}

}  // namespace

ExecutionReport execute(
    const Plan& plan,
    const Config& config,
    const Observed& observed,
    const NodeAccess& access,
    UndoLog& log
) {
    Execution execution(config, observed, access, log);
    const bool swaps = std::ranges::any_of(plan.phases, [](const Phase& phase) {
        return phase.name == PhaseName::driver;
    });
    for (const auto& phase : plan.phases) {
        const bool worked = execution.run(phase);
        const bool needed_by_swap =
            phase.name == PhaseName::names || phase.name == PhaseName::driver;
        if (execution.resetting() || (!worked && swaps && needed_by_swap)) {
            break;
        }
    }
    return execution.take_report();
}

Result<ExecutionReport> execute_and_correct(
    const Plan& plan,
    const Config& config,
    Observed& observed,
    const NodeAccess& access,
    UndoLog& log,
    const std::function<Result<void>()>& look
) {
    ExecutionReport report = execute(plan, config, observed, access, log);
    TRY(look());
    const bool unnamed = std::ranges::any_of(report.failures, [](const PhaseFailure& failed) {
        return failed.phase == PhaseName::names;
    });
    const Plan rest = names_left(make_plan(config, observed, {}));
    if (unnamed || report.resetting || rest.empty()) {
        return report;
    }
    auto corrected = execute(rest, config, observed, access, log);
    std::ranges::move(corrected.failures, std::back_inserter(report.failures));
    std::ranges::move(corrected.timings, std::back_inserter(report.timings));
    TRY(look());
    return report;
}

std::vector<std::string> recover(const Config& config, const NodeAccess& access, UndoLog& log) {
    StepRunner runner(access, config.limits);
    return take_back_from(log.committed(), runner, access, log);
}

std::vector<std::string> revert(const Config& config, const NodeAccess& access, UndoLog& log) {
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
    Remains remains = take_back_all(std::move(entries), runner, access);
    forget(0, remains, access, log);
    return remains.texts;
}

}  // namespace onload_node
