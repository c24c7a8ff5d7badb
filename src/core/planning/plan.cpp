// SPDX-License-Identifier: BSD-2-Clause
#include "core/planning/plan.hpp"

#include "base/text.hpp"
#include "core/model/managed_functions.hpp"
#include "core/planning/clock_port.hpp"
#include "core/planning/plan_phases.hpp"

#include <algorithm>

namespace onload_node {

namespace {

Plan stay(State goal, ReasonCode code, std::string reason) {
    return {goal, code, std::move(reason), {}, std::nullopt};
}

bool out_of_tree_driver_on(const Config& config, const Observed& observed) {
    return std::ranges::any_of(config.driver.replace, [&](const ModuleName& name) {
        const auto loaded = observed.loaded.find(name);
        return loaded != observed.loaded.end() && loaded->second.origin == Origin::out_of_tree;
    });
}

void append_phase(Plan& plan, PhaseName name, std::vector<PlannedStep> steps) {
    if (!steps.empty()) {
        plan.phases.push_back({name, std::move(steps)});
    }
}

/// The plan without a card. One that has gone since the boot began leaves the clock to be given
/// back.
Plan idle_plan(const PlanContext& context) {
    Plan plan =
        stay(State::idle, ReasonCode::no_nic, "no Solarflare network function that is free for us");
    append_phase(plan, PhaseName::time, plan_clock_return(context, "no card keeps the time"));
    return plan;
}

/// The plan if the wanted driver cannot come in. The names apply all the same, because both drivers
/// carry the same ones. The clock is kept as the present driver allows.
Plan blocked_plan(const PlanContext& context, const Blocker& blocker) {
    const bool out_of_tree = out_of_tree_driver_on(context.config, context.observed);
    Plan plan = stay(out_of_tree ? State::degraded : State::in_tree, blocker.code, blocker.reason);
    // Of a port that hangs not even the address is known.
    if (blocker.code != ReasonCode::hung) {
        append_phase(plan, PhaseName::names, plan_names(context, false));
    }
    append_phase(
        plan,
        PhaseName::time,
        out_of_tree ? plan_time(context)
                    : plan_clock_return(context, "the out-of-tree driver is not on")
    );
    return plan;
}

/// What an administrator should know although it changes nothing here.
std::vector<std::string> notes_on(const Config& config, const Observed& observed) {
    std::vector<std::string> notes;
    if (!observed.misspelt_switch.empty()) {
        notes.push_back(compose(
            "\"{}\" on the kernel command line switches nothing off; it would have to be "
            "onload_node=off",
            observed.misspelt_switch
        ));
    }
    if (!observed.records_note.empty()) {
        notes.push_back(observed.records_note);
    }
    auto port = clock_port_complaint(config, observed);
    const bool clock_on_card =
        !config.time.daemon.empty() && !managed_functions(config, observed).empty();
    if (clock_on_card && !port.empty()) {
        notes.push_back(std::move(port));
    }
    return notes;
}

Plan decide(const Config& config, const Observed& observed, const PlanRequest& request) {
    switch (observed.boot_switch) {
    case BootSwitch::off:
        return stay(
            State::off, ReasonCode::switched_off, "onload_node=off is on the kernel command line"
        );
    case BootSwitch::normal:
    case BootSwitch::plan_only:
        break;
    }
    PlanContext context{config, observed, request, managed_functions(config, observed), {}};
    if (context.functions.empty() && config.driver.activate == Activate::with_nic) {
        return idle_plan(context);
    }
    context.chosen = choose_names(config.names, context.functions, observed);

    DriverDecision decision = plan_driver(context);
    if (decision.blocker) {
        return blocked_plan(context, *decision.blocker);
    }
    Plan plan;
    plan.advice = std::move(decision.advice);
    append_phase(plan, PhaseName::names, plan_names(context, !decision.driver.empty()));
    append_phase(plan, PhaseName::driver, std::move(decision.driver));
    append_phase(plan, PhaseName::onload, std::move(decision.onload));
    append_phase(
        plan,
        PhaseName::time,
        context.functions.empty() ? plan_clock_return(context, "no card keeps the time")
                                  : plan_time(context)
    );
    if (!plan.empty()) {
        plan.code = ReasonCode::pending_apply;
        plan.reason = "the node is not yet as configured";
    }
    return plan;
}

}  // namespace

Plan make_plan(const Config& config, const Observed& observed, const PlanRequest& request) {
    Plan plan = decide(config, observed, request);
    plan.notes = notes_on(config, observed);
    return plan;
}

}  // namespace onload_node
