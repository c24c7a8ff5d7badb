// SPDX-License-Identifier: BSD-2-Clause
#include "run/execute.hpp"

#include "base/text.hpp"
#include "core/planning/inverse.hpp"
#include "core/planning/plan.hpp"
#include "run/guard.hpp"
#include "run/step_runner.hpp"
#include "run/undo.hpp"

namespace onload_node {

namespace {

using Clock = std::chrono::steady_clock;

Milliseconds milliseconds_since(Clock::time_point start) {
    return std::chrono::duration_cast<Milliseconds>(Clock::now() - start);
}

StepTiming timing(std::string step, Clock::time_point start) {
    const auto begun = std::chrono::duration_cast<Milliseconds>(start.time_since_epoch());
    return {std::move(step), milliseconds_since(start), begun};
}

/// One execution: holds the state that its parts share.
class Execution {
public:
    Execution(
        const Config& config, const Observed& observed, const NodeAccess& access, UndoLog& log
    )
        : config_(config)
        , observed_(observed)
        , access_(access)
        , log_(log)
        , runner_(access, config.limits) {}

    /// False if the phase failed and was undone.
    bool run(const Phase& phase) {
        const auto start = Clock::now();
        access_.progress.beginning(phase);
        const bool worked = run_steps(phase);
        report_.timings.push_back(timing("phase " + std::string(to_string(phase.name)), start));
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
                take_back(phase.name, mark, planned, done.error());
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
        report_.timings.push_back(timing(key(planned.step), start));
        if (done) {
            access_.progress.done(planned, report_.timings.back().duration);
        }
        return done;
    }

    void
    take_back(PhaseName phase, std::size_t mark, const PlannedStep& planned, const Error& error);
    void give_up(PhaseName phase, const PlannedStep& planned, const Error& error);
    void put_window_back();

    void commit() {
        if (const auto saved = log_.commit(); !saved) {
            access_.progress.notice(
                "the record of what was done could not be written: " + saved.error().message
            );
        }
    }

    const Config& config_;
    const Observed& observed_;
    NodeAccess access_;
    UndoLog& log_;
    StepRunner runner_;
    ExecutionReport report_;
};

/// Undoes the phase that failed. If that hangs the in-tree driver does not come back in this boot.
void Execution::take_back(
    PhaseName phase, std::size_t mark, const PlannedStep& planned, const Error& error
) {
    Left left = take_back_since(mark, config_, access_, log_);
    if (left.hung) {
        const auto& last = left.texts.back();
        give_up(phase, planned, {ErrorCode::hung, compose("{}; {}", error.message, last)});
        return;
    }
    report_.failures.push_back({phase, describe(planned.step), error, std::move(left.texts)});
}

/// The node goes on, so a later stall must not be answered as one in the swap would have been, and
/// udev has to load drivers again. Nothing else can be taken back beside what hangs.
void Execution::put_window_back() {
    const auto& entries = log_.entries();
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
        for (const auto& step : entry->inverse) {
            const bool window = std::holds_alternative<SetKernelSetting>(step) ||
                                std::holds_alternative<UnblockAutoload>(step);
            if (!window) {
                continue;
            }
            access_.progress.undoing(step);
            if (const auto done = runner_.run(step); !done) {
                access_.progress.undo_failed(step, done.error());
            }
        }
    }
    static_cast<void>(runner_.run(ReloadUdev{}));
}

/// A module that hangs cannot be unloaded in this boot, and the in-tree driver cannot come back
/// beside it. Before the network is up the node resets itself, once, and the guard keeps it on the
/// in-tree driver. Once the network is up, a person has to decide.
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
        put_window_back();
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
    const bool swaps = plan.has(PhaseName::driver);
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

}  // namespace onload_node
