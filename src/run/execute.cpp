// SPDX-License-Identifier: BSD-2-Clause
#include "run/execute.hpp"

#include "core/inverse.hpp"
#include "run/guard.hpp"
#include "run/step_runner.hpp"

#include <algorithm>
#include <array>

namespace onload_node {

namespace {

using Clock = std::chrono::steady_clock;

Milliseconds milliseconds_since(Clock::time_point start) {
    return std::chrono::duration_cast<Milliseconds>(Clock::now() - start);
}

/// One execution: keeps what its parts share.
class Execution {
public:
    Execution(const Config& config, const Observed& observed, const Ports& ports, UndoLog& log)
        : observed_(observed), ports_(ports), log_(log), runner_(ports, config.limits) {}

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
                ports_.progress.failed(planned, done.error());
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
        ports_.progress.starting(planned);
        auto recorded =
            log_.append({phase, describe(planned.step), inverse(planned.step, observed_)});
        if (!recorded) {
            return failure("the way back could not be recorded", recorded.error());
        }
        const auto start = Clock::now();
        auto done = runner_.run(planned.step);
        const auto duration = milliseconds_since(start);
        report_.timings.push_back({key(planned.step), duration});
        if (done) {
            ports_.progress.done(planned, duration);
        }
        return done;
    }

    std::vector<std::string> take_back(std::size_t mark);

    void give_up(PhaseName phase, const PlannedStep& planned, const Error& error);

    void commit() {
        if (const auto saved = log_.commit(); !saved) {
            ports_.progress.notice(
                "the record of what was done could not be written: " + saved.error().message
            );
        }
    }

    const Observed& observed_;
    Ports ports_;
    UndoLog& log_;
    StepRunner runner_;
    ExecutionReport report_;
};

/// Runs the inverses of one entry; what fails is said and added to `left`.
void run_inverse(
    const UndoEntry& entry, StepRunner& runner, const Ports& ports, std::vector<std::string>& left
) {
    for (const auto& step : entry.inverse) {
        ports.progress.undoing(step);
        if (const auto done = runner.run(step); !done) {
            ports.progress.undo_failed(step, done.error());
            left.push_back(describe(step) + ": " + done.error().message);
        }
    }
}

std::vector<std::string>
take_back_from(std::size_t mark, StepRunner& runner, const Ports& ports, UndoLog& log) {
    std::vector<std::string> left;
    const auto& entries = log.entries();
    for (std::size_t index = entries.size(); index > mark; --index) {
        run_inverse(entries[index - 1], runner, ports, left);
    }
    if (const auto saved = log.truncate(mark); !saved) {
        ports.progress.notice(
            "the record of what was done could not be written: " + saved.error().message
        );
    }
    return left;
}

std::vector<std::string> Execution::take_back(std::size_t mark) {
    return take_back_from(mark, runner_, ports_, log_);
}

/// A module that hangs cannot be taken out again in this boot, and the in-tree driver cannot come
/// back beside it. Before the network is up the node resets itself, once, and the guard keeps it on
/// the in-tree driver; on a node that is at work a person has to decide that.
void Execution::give_up(PhaseName phase, const PlannedStep& planned, const Error& error) {
    report_.failures.push_back(
        {phase, describe(planned.step), error, {"everything: only a reset helps"}}
    );
    commit();
    if (const auto tripped = trip_guard(ports_.files, error.message); !tripped) {
        ports_.progress.notice("the guard could not be tripped: " + tripped.error().message);
    }
    if (observed_.network_started) {
        ports_.progress.notice("only a reset of the machine ends this; not done under a network");
        return;
    }
    report_.resetting = true;
    ports_.progress.notice(
        "the node resets itself, once, and then stays on the in-tree driver: " + error.message
    );
    if (const auto restarted = ports_.kernel.restart(); !restarted) {
        ports_.progress.notice("the machine does not reset: " + restarted.error().message);
    }
}

}  // namespace

ExecutionReport execute(
    const Plan& plan,
    const Config& config,
    const Observed& observed,
    const Ports& ports,
    UndoLog& log
) {
    Execution execution(config, observed, ports, log);
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

std::vector<std::string> recover(const Config& config, const Ports& ports, UndoLog& log) {
    StepRunner runner(ports, config.limits);
    return take_back_from(log.committed(), runner, ports, log);
}

std::vector<std::string> revert(const Config& config, const Ports& ports, UndoLog& log) {
    StepRunner runner(ports, config.limits);
    constexpr std::array order = {
        PhaseName::time, PhaseName::onload, PhaseName::names, PhaseName::driver};
    std::vector<std::string> left;
    for (const auto phase : order) {
        const auto& entries = log.entries();
        for (std::size_t index = entries.size(); index > 0; --index) {
            if (entries[index - 1].phase == phase) {
                run_inverse(entries[index - 1], runner, ports, left);
            }
        }
    }
    if (const auto saved = log.truncate(0); !saved) {
        left.push_back("forget the undo log: " + saved.error().message);
    }
    return left;
}

}  // namespace onload_node
