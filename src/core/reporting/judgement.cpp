// SPDX-License-Identifier: BSD-2-Clause
#include "base/text.hpp"
#include "core/model/managed_functions.hpp"
#include "core/model/paths.hpp"
#include "core/naming/port_names.hpp"
#include "core/planning/clock_port.hpp"
#include "core/planning/previous_set.hpp"
#include "core/reporting/report.hpp"

#include <algorithm>
#include <optional>

namespace onload_node {

namespace {

const LoadedModule* loaded_out_of_tree(const Observed& observed, const ModuleName& name) {
    const auto found = observed.loaded.find(name);
    return found != observed.loaded.end() && found->second.origin == Origin::out_of_tree
               ? &found->second
               : nullptr;
}

bool driver_on(const Config& config, const Observed& observed) {
    return std::ranges::any_of(config.driver.replace, [&](const ModuleName& name) {
        return loaded_out_of_tree(observed, name) != nullptr;
    });
}

const RecordedFailure* failure_in(const RunRecord& run, PhaseName phase) {
    for (const auto& failed : run.failures) {
        if (failed.phase == phase) {
            return &failed;
        }
    }
    return nullptr;
}

Judgement judge_in_tree(const Observed& observed, const Plan& plan, const RunRecord& run) {
    // An obstacle that exists now matters more than what the last run met.
    if (blocked(plan)) {
        const bool guarded = plan.code == ReasonCode::guard;
        return {
            State::in_tree,
            plan.code,
            compose("{}{}", plan.reason, guarded ? no_previous_set(observed) : "")};
    }
    for (const auto phase : {PhaseName::names, PhaseName::driver}) {
        if (const auto* const failed = failure_in(run, phase)) {
            return {
                State::in_tree,
                failed->code,
                compose("{}{}", failed->text, no_previous_set(observed))};
        }
    }
    return {
        State::in_tree,
        ReasonCode::pending_apply,
        "the out-of-tree driver is staged but apply has not run"};
}

/// A port has no driver, and none of ours is on. What keeps the staged one out is told with it.
Judgement judge_dead(
    const std::string& dead, const Observed& observed, const Plan& plan, const RunRecord& run
) {
    const auto why = judge_in_tree(observed, plan, run);
    // These keep the in-tree driver out as well.
    const bool same = plan.code == ReasonCode::kernel_refuses ||
                      plan.code == ReasonCode::signature || plan.code == ReasonCode::hung;
    return {
        State::failed,
        same ? plan.code : ReasonCode::no_driver,
        why.code == ReasonCode::pending_apply ? dead : compose("{}: {}", dead, why.reason)};
}

std::string missing_onload(const Config& config, const Observed& observed) {
    for (const auto& name : config.driver.load) {
        if (loaded_out_of_tree(observed, name) == nullptr) {
            return "module " + name.str() + " is not loaded";
        }
    }
    const bool wants_onload = std::ranges::any_of(config.driver.load, [](const ModuleName& name) {
        return name.str() == "onload";
    });
    for (const auto device : paths::onload_devices) {
        const auto& present = observed.devices;
        if (wants_onload && !contains(present, device)) {
            return std::string(device) + " is not there";
        }
    }
    return "";
}

/// The first port that cannot get its name at all.
std::string refused_name(const std::vector<ChosenName>& chosen) {
    for (const auto& port : chosen) {
        if (port.problem) {
            return compose("port {}: {}", port.function->address.to_string(), port.reason);
        }
    }
    return "";
}

std::string wrong_name(const std::vector<ChosenName>& chosen) {
    for (const auto& port : chosen) {
        const auto& interfaces = port.function->interfaces;
        const bool right = port.name.empty() || interfaces.empty() ||
                           std::ranges::any_of(interfaces, [&](const Interface& i) {
                               return i.name == port.name;
                           });
        if (!right) {
            return "port " + port.function->address.to_string() + " is " + interfaces.front().name +
                   " and should be " + port.name;
        }
    }
    return "";
}

std::string without_driver(const std::vector<const NetworkFunction*>& functions) {
    for (const NetworkFunction* const function : functions) {
        if (function->driver.empty()) {
            return "function " + function->address.to_string() + " has no driver";
        }
    }
    return "";
}

std::string
displaced(const Config& config, const Observed& observed, bool (*counts)(const UnitState& unit)) {
    for (const auto& name : config.time.displace) {
        const auto found = observed.units.find(name);
        if (found != observed.units.end() && counts(found->second)) {
            return found->second.id;
        }
    }
    return "";
}

bool runs(const UnitState& unit) {
    return unit.active_state == "active";
}

/// Its start may be queued behind our own unit.
bool runs_soon(const UnitState& unit) {
    const bool starting = unit.active_state == "activating" || unit.active_state == "reloading";
    return runs(unit) || starting || (unit.job_pending && !unit.masked());
}

/// Since when, until when, and what is missing.
std::string fallback_text(const Config& config, const Observed& observed) {
    if (!observed.clock_fallback) {
        return "";
    }
    const auto& missing = observed.clock_fallback->waits_for;
    return compose(
        " since {}; {} is tried again {}{}",
        observed.clock_since,
        config.time.daemon,
        missing.empty() ? "at " : "once this is mended: ",
        missing.empty() ? observed.clock_next : missing
    );
}

std::string without_time_daemon(
    const Config& config,
    const Observed& observed,
    const std::string& state,
    const std::string& other
) {
    const auto& daemon = config.time.daemon;
    if (state == "inactive" && other.empty()) {
        return compose(
            "{} was stopped, and nothing keeps the clock: start it, or let onload-node "
            "time-fallback give the clock back",
            daemon
        );
    }
    const bool told = observed.clock_fallback && !observed.clock_fallback->waits_for.empty();
    const auto missing = told ? std::string() : clock_port_complaint(config, observed);
    return compose(
        "{} is {}, {} keeps the clock{}{}{}",
        daemon,
        state,
        other.empty() ? "nothing" : other,
        state == "failed" && !other.empty() ? fallback_text(config, observed) : "",
        missing.empty() ? "" : "; ",
        missing
    );
}

std::string time_complaint(const Config& config, const Observed& observed) {
    if (!observed.units_problem.empty()) {
        return "it is not known who keeps the clock: " + observed.units_problem;
    }
    const std::string other = displaced(config, observed, runs);
    if (config.time.daemon.empty()) {
        return other.empty() ? "" : other + " runs although it is displaced";
    }
    const std::string state = time_state(config, observed);
    if (state == "active" || state == "activating" || state == "reloading") {
        return other.empty()
                   ? ""
                   : compose(
                         "{} runs beside {}: two daemons set the clock", other, config.time.daemon
                     );
    }
    return state == "unknown" ? ""
                              : without_time_daemon(
                                    config, observed, state, displaced(config, observed, runs_soon)
                                );
}

/// True if the out-of-tree driver carries a port. One without a driver is then one that no driver
/// takes: the swap would have been taken back for it otherwise.
bool carried(const Config& config, const Observed& observed) {
    return driver_on(config, observed) &&
           std::ranges::any_of(managed_functions(config, observed), [](const NetworkFunction* f) {
               return !f->driver.empty();
           });
}

/// What keeps Onload, which is loaded, from accelerating anything, or from being the wanted one.
std::optional<Judgement> judge_acceleration(const Config& config, const Observed& observed) {
    if (auto text = previous_set_reason(config, observed); !text.empty()) {
        return Judgement{State::degraded, ReasonCode::previous_set, std::move(text)};
    }
    if (!observed.control_plane_problem.empty()) {
        return Judgement{
            State::degraded, ReasonCode::control_plane, observed.control_plane_problem};
    }
    if (const auto offer = cdi_offer(observed); config.publish.cdi && offer.withheld) {
        return Judgement{
            State::degraded,
            ReasonCode::user_libraries,
            compose("containers are not offered Onload: {}", offer.problem)};
    }
    return std::nullopt;
}

Judgement judge_out_of_tree(
    const Config& config,
    const Observed& observed,
    const Plan& plan,
    const std::vector<ChosenName>& chosen,
    const RunRecord& run
) {
    if (blocked(plan)) {
        return {State::degraded, plan.code, plan.reason};
    }
    const auto with_failure = [&](PhaseName phase, const std::string& text) {
        const auto* const failed = failure_in(run, phase);
        return failed == nullptr ? text : compose("{}: {}", text, failed->text);
    };
    if (const auto text = missing_onload(config, observed); !text.empty()) {
        return {State::degraded, ReasonCode::onload_missing, with_failure(PhaseName::onload, text)};
    }
    if (const auto text = wrong_name(chosen); !text.empty()) {
        return {State::degraded, ReasonCode::name_missing, with_failure(PhaseName::names, text)};
    }
    if (auto text = refused_name(chosen); !text.empty()) {
        return {State::degraded, ReasonCode::name_missing, std::move(text)};
    }
    if (auto judgement = judge_acceleration(config, observed)) {
        return std::move(*judgement);
    }
    if (const auto text = time_complaint(config, observed); !text.empty()) {
        return {State::degraded, ReasonCode::time_daemon, with_failure(PhaseName::time, text)};
    }
    if (!observed.names_problem.empty()) {
        return {
            State::degraded,
            ReasonCode::names_not_remembered,
            "the names of the ports are not remembered: " + observed.names_problem};
    }
    if (!plan.empty()) {
        return {
            State::degraded,
            ReasonCode::pending_apply,
            "the node is not as configured: " + plan.phases.front().steps.front().reason};
    }
    if (plan.advice) {
        return {State::degraded, plan.advice->code, plan.advice->reason};
    }
    return {State::active, ReasonCode::as_wanted, "as configured"};
}

}  // namespace

bool blocked(const Plan& plan) {
    return plan.code != ReasonCode::as_wanted && plan.code != ReasonCode::pending_apply &&
           plan.goal != State::idle && plan.goal != State::off;
}

std::string time_state(const Config& config, const Observed& observed) {
    const auto found = observed.units.find(config.time.daemon);
    if (found == observed.units.end()) {
        return "unknown";
    }
    if (!found->second.exists()) {
        return "not-found";
    }
    const bool queued = found->second.job_pending && found->second.active_state != "active";
    return queued ? "activating" : found->second.active_state;
}

Judgement judge(
    const Config& config,
    const Observed& observed,
    const Plan& plan,
    const std::vector<const NetworkFunction*>& functions,
    const RunRecord& run
) {
    if (observed.boot_switch == BootSwitch::plan_only) {
        return {
            State::off,
            ReasonCode::switched_off,
            "onload_node=plan is on the kernel command line: the plan was logged only"};
    }
    if (plan.goal == State::off || plan.goal == State::idle) {
        return {plan.goal, plan.code, plan.reason};
    }
    auto dead = without_driver(functions);
    if (!dead.empty() && !carried(config, observed)) {
        return judge_dead(dead, observed, plan, run);
    }
    if (!driver_on(config, observed)) {
        return judge_in_tree(observed, plan, run);
    }
    if (auto text = unreached(observed); !text.empty()) {
        return {State::degraded, ReasonCode::unreachable, std::move(text)};
    }
    auto judgement = judge_out_of_tree(
        config, observed, plan, choose_names(config.names, functions, observed), run
    );
    // What is left to do, such as the name of that port, says less.
    const bool minor =
        judgement.state == State::active || judgement.code == ReasonCode::pending_apply;
    if (!dead.empty() && minor) {
        return {State::degraded, ReasonCode::no_driver, std::move(dead)};
    }
    return judgement;
}

std::string onload_complaint(const Config& config, const Observed& observed) {
    auto text = missing_onload(config, observed);
    return text.empty() ? observed.control_plane_problem : text;
}

std::string port_complaint(const Config& config, const Observed& observed) {
    const auto functions = managed_functions(config, observed);
    if (auto hung = hung_complaint(functions); !hung.empty()) {
        return hung;
    }
    auto text = carried(config, observed) ? std::string() : without_driver(functions);
    return text.empty() ? wrong_name(choose_names(config.names, functions, observed)) : text;
}

}  // namespace onload_node
