// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/plan.hpp"
#include "core/naming/port_names.hpp"
#include "core/planning/guard.hpp"
#include "core/reporting/cdi.hpp"

#include <string>
#include <utility>
#include <vector>

namespace onload_node {

/// A phase that failed and was undone.
struct RecordedFailure {
    PhaseName phase = PhaseName::names;
    std::string text;                      ///< what happened
    ReasonCode code = ReasonCode::undone;  ///< or `busy`: a module that had to go was in use
    bool left_behind = false;              ///< something could not be taken back
};

/// When a step or a whole phase ("phase driver") began, in milliseconds of CLOCK_MONOTONIC, and how
/// long it took.
struct StepTime {
    std::string step;
    std::int64_t begun_ms = 0;
    std::int64_t took_ms = 0;
    bool operator==(const StepTime&) const = default;
};

/// What the last apply of this boot met. It explains what the node itself does not show.
struct RunRecord {
    std::string boot_id;
    std::vector<RecordedFailure> failures;
    std::vector<std::pair<std::string, std::int64_t>> timings_ms;  ///< step and milliseconds
    std::int64_t took_ms = 0;  ///< the whole run, its looks and its report too; 0 if not known
    /// The same in the order in which they ended, each one that was tried again too. Empty in a
    /// record of an older version.
    std::vector<StepTime> steps = {};
};

/// One module of the status.
struct ReportedModule {
    LoadedModule module;
    std::string sha256;  ///< of the bytes loaded, when onload-node loaded them
};

/// The facts of `status`, schema 1.
struct Report {
    State state = State::failed;
    ReasonCode code = ReasonCode::no_driver;
    std::string reason;

    std::string boot_id;
    std::string kernel;
    std::vector<ReportedModule> modules;
    std::vector<NetworkFunction> functions;
    std::vector<std::string> ports;  ///< interface of each managed function; "" if a pod has it
    std::vector<std::string> left_alone;  ///< functions that are not ours to touch, with the reason
    NamePolicy policy = NamePolicy::preserve;
    std::vector<ChosenName> names;  ///< of each managed function; their `function` is null
    std::string names_problem;      ///< why the remembered names cannot be read; empty if they can
    std::vector<std::pair<std::string, std::string>> rules;  ///< file and the name it gives
    std::string time_daemon;                                 ///< the unit that is to keep the clock
    std::string time_state;  ///< its active state; "activating" also while its start is queued
    std::vector<std::string> displaced;  ///< ids of the units that it keeps from starting
    std::string clock_since;         ///< since when a displaced unit keeps the clock, UTC; or empty
    std::string clock_next;          ///< when the time daemon is tried again, UTC; or empty
    std::string clock_waits_for;     ///< what is missing for that; or empty
    std::vector<std::string> notes;  ///< advice that changes no state
    std::vector<std::string> clock_keepers;  ///< ids of all known clock daemons that run now
    std::vector<std::string> devices;
    std::string control_plane_problem;  ///< why Onload would find no server; empty if it does
    CdiOffer offer;
    std::string libraries;            ///< directory on the node that the offer's spec mounts
    std::vector<std::string> staged;  ///< kernels
    GuardStanding guard;
    unsigned guard_limit = 0;
    RunRecord run;
};

/// Judges the node by what is true now; `run` only adds explanations.
[[nodiscard]] Report
make_report(const Config& config, const Observed& observed, const Plan& plan, const RunRecord& run);

/// True if a node that needs Onload should not take up work in this boot: the driver, Onload or its
/// control plane server is not on, although it is wanted. What pods bring, user libraries and
/// clocks, does not count, nor does a node on which nothing has ever been staged.
[[nodiscard]] bool fell_back(const Report& report);

/// The same facts as one sentence, for `systemctl status`.
[[nodiscard]] std::string sentence(const Report& report);

[[nodiscard]] std::string_view to_string(Origin origin);

/// How make_report determines the state (judgement.cpp).
struct Judgement {
    State state = State::failed;
    ReasonCode code = ReasonCode::no_driver;
    std::string reason;
};

/// The state of the node by what is true now. `functions` are the managed ones.
[[nodiscard]] Judgement judge(
    const Config& config,
    const Observed& observed,
    const Plan& plan,
    const std::vector<const NetworkFunction*>& functions,
    const RunRecord& run
);

/// True if the plan names an obstacle to what is wanted; false if it merely has not been carried
/// out.
[[nodiscard]] bool blocked(const Plan& plan);

/// The active state of the unit that should keep the clock: "activating" also while its start is
/// queued, "not-found" if PID 1 has no such unit, "unknown" if PID 1 does not tell.
[[nodiscard]] std::string time_state(const Config& config, const Observed& observed);

/// What Onload lacks with which nothing is accelerated: a module, a device node, its control plane
/// server. Empty if nothing does.
[[nodiscard]] std::string onload_complaint(const Config& config, const Observed& observed);

/// The first managed function that has no driver, or whose interface does not have its name; empty
/// if all are right. An unplugged cable is no complaint.
[[nodiscard]] std::string port_complaint(const Config& config, const Observed& observed);

}  // namespace onload_node
