// SPDX-License-Identifier: BSD-2-Clause
#include "run/previous_set.hpp"

#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "core/modules/wanted_parameters.hpp"
#include "core/planning/guard.hpp"
#include "core/planning/previous_set.hpp"
#include "run/machine_record.hpp"
#include "stage/record.hpp"
#include "stage/set_record.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <utility>

namespace onload_node {

namespace {

using Clock = std::chrono::steady_clock;

/// After that there is no time left for another swap within the unit's timeout.
constexpr auto latest = std::chrono::minutes(6);

/// The bit of /proc/sys/kernel/tainted that an oops sets (TAINT_DIE).
constexpr unsigned oops_bit = 7;

bool has_oopsed(const Files& files) {
    const auto text = files.read(paths::tainted).value_or("");
    unsigned long flags = 0;
    std::from_chars(text.data(), text.data() + text.size(), flags);
    return ((flags >> oops_bit) & 1U) != 0;
}

/// Changes the record; one that cannot be read stays as it is.
Result<void> change_sets(Files& files, const std::function<void(SetRecord&)>& change) {
    auto record = TRY(read_set_record(files));
    const auto before = record;
    change(record);
    return record == before ? Result<void>() : write_set_record(files, record);
}

void forgive_all(SetRecord& record) {
    for (auto& set : record) {
        forgive(set);
    }
}

/// The failure of the driver, or of Onload's modules, that was taken back as if it had never been.
std::optional<FailedPart> undone_part(const RunRecord& record) {
    for (const auto& failed : record.failures) {
        if (failed.left_behind) {
            return std::nullopt;
        }
        const bool onload = failed.phase == PhaseName::onload;
        if ((onload || failed.phase == PhaseName::driver) && failed.code == ReasonCode::undone) {
            return FailedPart{failed.text, onload};
        }
    }
    return std::nullopt;
}

/// One apply: holds what its parts share.
class Attempt {
public:
    Attempt(
        const Config& config,
        const NodeAccess& access,
        NodeRun& run,
        const PlanRequest& request,
        const PutSet& put
    )
        : config_(config), access_(access), run_(run), request_(request), put_(put) {}

    Result<RunRecord> carry_out() {
        if (const auto move = set_to_restore(config_, run_.observed(), request_)) {
            // Where that fails, the plan says why what is in place is not loaded.
            static_cast<void>(TRY(put_in_place(*move)));
        }
        Plan plan = TRY(run_.plan(request_));
        put_aside();
        auto record = TRY(run_.act(plan));
        const auto move = after(plan, record);
        if (!move) {
            return record;
        }
        if (const auto counted = count_failure(*move); !counted) {
            // Nobody would know at the next boot what runs in place of what.
            access_.progress.notice(counted.error().message);
            return record;
        }
        const bool in_place = TRY(move->parameters ? stand_in(*move) : put_in_place(*move));
        if (!in_place) {
            return record;
        }
        plan = TRY(run_.plan(request_));
        return run_.act(plan);
    }

private:
    /// What another machine has recorded, before the first step writes records of this one. What
    /// cannot be put aside is not used.
    void put_aside() {
        const auto& observed = run_.observed();
        if (observed.records_owner != RecordsOwner::another_machine) {
            return;
        }
        access_.progress.notice(observed.records_note);
        for (const auto& done :
             {put_records_aside(access_.files, observed), forgive_sets(access_.files)}) {
            if (!done) {
                access_.progress.notice(done.error().message);
            }
        }
    }

    /// The set to try after that; nothing if this was good, or nothing better is to be had.
    [[nodiscard]] std::optional<SetMove> after(const Plan& plan, const RunRecord& record) const {
        const auto& observed = run_.observed();
        if (plan.code == ReasonCode::guard) {
            return set_before_guard(config_, observed, request_);
        }
        const auto failed = undone_part(record);
        if (!failed) {
            return std::nullopt;
        }
        if (Clock::now() - begun_ > latest) {
            access_.progress.notice("there is no time left for the set before");
            return std::nullopt;
        }
        return set_before_failure(config_, observed, request_, *failed);
    }

    /// What the guard has refused it will refuse again; a failed swap is one more of those.
    Result<void> count_failure(const SetMove& move) {
        const auto& observed = run_.observed();
        const bool refused = guard_standing(config_, observed).tripped;
        const auto one_more = [&](unsigned failed) {
            return refused ? std::max(failed, config_.guard.attempts) : failed + 1;
        };
        return change_sets(access_.files, [&](SetRecord& record) {
            auto& set = set_entry(record, observed.kernel, observed.set_in_place);
            if (!move.parameters) {
                set.failed = one_more(set.failed);
                set.reason = move.why;
                return;
            }
            const unsigned failed = times_parameters_failed(set, config_);
            set.failed_parameters = {
                config_.driver.parameters, one_more(failed), observed.boot_id, move.why};
        });
    }

    /// What is recorded now decides which parameters are wanted.
    Result<bool> stand_in(const SetMove& move) {
        access_.progress.notice(compose(
            "the parameters with which the set {} was confirmed stand in: {}",
            short_digest(move.digest),
            move.why
        ));
        TRY(run_.look_anew());
        return true;
    }

    /// Puts a set in place and looks at the node as if for the first time. False if it could not be
    /// put there, which is noted.
    Result<bool> put_in_place(const SetMove& move) {
        access_.progress.notice(
            compose("putting the set {} in place: {}", short_digest(move.digest), move.why)
        );
        const auto done = put_(move.digest);
        if (!done) {
            access_.progress.notice(compose(
                "the set {} is not put in place: {}",
                short_digest(move.digest),
                done.error().message
            ));
            note_refusal(move.digest, done.error().message);
        }
        TRY(run_.look_anew());
        return done.has_value();
    }

    void note_refusal(const std::string& digest, const std::string& why) {
        const auto noted = change_sets(access_.files, [&](SetRecord& record) {
            set_entry(record, run_.observed().kernel, digest).reason = why;
        });
        if (!noted) {
            access_.progress.notice(noted.error().message);
        }
    }

    const Config& config_;
    NodeAccess access_;
    NodeRun& run_;
    const PlanRequest& request_;
    const PutSet& put_;
    Clock::time_point begun_ = Clock::now();
};

}  // namespace

void read_sets(Observed& observed, const Files& files) {
    observed.sets.clear();
    auto record = read_set_record(files);
    observed.sets_problem = record ? std::string() : record.error().message;
    if (record) {
        std::erase_if(*record, [&](const auto& set) { return set.kernel != observed.kernel; });
        observed.sets = std::move(*record);
    }
    // How often they have failed on another machine says nothing of this one.
    if (observed.records_owner == RecordsOwner::another_machine) {
        forgive_all(observed.sets);
    }
    observed.set_in_place = set_in_place(files, observed.kernel);
    observed.kernel_broken = has_oopsed(files);
}

Result<RunRecord> plan_and_act(
    const Config& config,
    const NodeAccess& access,
    NodeRun& run,
    const PlanRequest& request,
    const PutSet& put
) {
    return Attempt(config, access, run, request, put).carry_out();
}

Result<void> confirm_set(Files& files, const Observed& observed, const std::string& now) {
    const auto& guard = observed.guard;
    if (!guard || guard->kept_as.empty()) {
        return {};
    }
    return change_sets(files, [&](SetRecord& record) {
        auto& set = set_entry(record, guard->kernel, guard->kept_as);
        if (set.confirmed.empty()) {
            set.confirmed = now;
        }
        // Those that stood in say nothing of those that have failed.
        auto parameters = loaded_parameters(observed);
        const bool same = set.parameters == parameters;
        auto failed = same ? std::move(set.failed_parameters) : FailedParameters();
        forgive(set);
        set.parameters = std::move(parameters);
        set.failed_parameters = std::move(failed);
    });
}

Result<void> forgive_sets(Files& files) {
    return change_sets(files, forgive_all);
}

}  // namespace onload_node
