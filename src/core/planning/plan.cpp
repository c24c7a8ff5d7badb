// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/plan.hpp"

#include "core/model/names.hpp"
#include "core/planning/plan_phases.hpp"

#include <algorithm>
#include <iterator>

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

/// The driver cannot become the wanted one: the names apply all the same (both drivers carry the
/// same ones), and the clock is kept as the driver that is on allows.
Plan blocked_plan(const PlanContext& context, const Blocker& blocker) {
    const bool out_of_tree = out_of_tree_driver_on(context.config, context.observed);
    Plan plan = stay(out_of_tree ? State::degraded : State::in_tree, blocker.code, blocker.reason);
    append_phase(plan, PhaseName::names, plan_names(context, false));
    append_phase(
        plan,
        PhaseName::time,
        out_of_tree ? plan_time(context)
                    : plan_clock_return(context, "the out-of-tree driver is not on")
    );
    return plan;
}

}  // namespace

std::vector<const NetworkFunction*>
managed_functions(const Config& config, const Observed& observed) {
    std::vector<const NetworkFunction*> managed;
    for (const auto& function : observed.functions) {
        const bool our_driver =
            std::ranges::any_of(config.driver.replace, [&](const ModuleName& name) {
                return name.str() == function.driver;
            });
        const bool free =
            function.driver_override.empty() || function.driver_override == names::hold_driver;
        // A virtual function belongs to whoever has made it.
        if (free && !function.physical_function && (function.driver.empty() || our_driver)) {
            managed.push_back(&function);
        }
    }
    return managed;
}

bool network_in_use(const Config& config, const Observed& observed) {
    if (!observed.network_started) {
        return false;
    }
    const auto functions = managed_functions(config, observed);
    return std::ranges::any_of(functions, [](const NetworkFunction* function) {
        return function->lent_out() ||
               std::ranges::any_of(function->interfaces, [](const Interface& interface) {
                   return interface.up;
               });
    });
}

Plan make_plan(const Config& config, const Observed& observed, const PlanRequest& request) {
    if (observed.boot_switch == BootSwitch::off) {
        return stay(
            State::off, ReasonCode::switched_off, "onload_node=off is on the kernel command line"
        );
    }
    PlanContext context{config, observed, request, managed_functions(config, observed), {}};
    if (context.functions.empty() && config.driver.activate == Activate::with_nic) {
        return stay(
            State::idle, ReasonCode::no_nic, "no Solarflare network function that is free for us"
        );
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
    if (!context.functions.empty()) {
        append_phase(plan, PhaseName::time, plan_time(context));
    }
    if (!plan.empty()) {
        plan.code = ReasonCode::pending_apply;
        plan.reason = "the node is not yet as configured";
    }
    return plan;
}

std::string_view to_string(State state) {
    switch (state) {
    case State::active:
        return "active";
    case State::degraded:
        return "degraded";
    case State::in_tree:
        return "in-tree";
    case State::idle:
        return "idle";
    case State::off:
        return "off";
    case State::failed:
        return "failed";
    }
    return "failed";
}

std::string_view to_string(ReasonCode code) {
    // In the order of the enumerators.
    static constexpr std::string_view names[] = {
        "as-wanted",
        "no-nic",
        "switched-off",
        "config",
        "no-tree",
        "module-missing",
        "wrong-kernel",
        "unusable-module",
        "busy",
        "pending-reboot",
        "pending-apply",
        "guard",
        "undone",
        "onload-missing",
        "name-missing",
        "control-plane",
        "time-daemon",
        "no-driver",
        "unsafe-path",
        "wrong-machine",
        "symbols",
        "signature",
        "pins",
        "port-unclaimed",
        "stacks-in-use",
        "virtual-functions",
        "unknown-parameter",
        "names-not-remembered",
    };
    static_assert(
        std::size(names) == static_cast<std::size_t>(ReasonCode::names_not_remembered) + 1
    );
    return names[static_cast<std::size_t>(code)];
}

std::string_view to_string(PhaseName name) {
    switch (name) {
    case PhaseName::names:
        return "names";
    case PhaseName::driver:
        return "driver";
    case PhaseName::onload:
        return "onload";
    case PhaseName::time:
        return "time";
    }
    return "unknown";
}

}  // namespace onload_node
