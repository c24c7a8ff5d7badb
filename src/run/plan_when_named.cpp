// SPDX-License-Identifier: BSD-2-Clause
#include "run/plan_when_named.hpp"

#include "core/port_names.hpp"

#include <algorithm>

namespace onload_node {

namespace {

/// How long we give the in-tree driver and udev to name ports. Udev handles the events of many
/// ports a few at a time.
constexpr Milliseconds naming_limit = std::chrono::seconds(10);
constexpr Milliseconds naming_limit_per_port(500);

/// How often we wait so long while the in-tree driver is still busy with its ports.
constexpr int most_waits = 4;

bool names_missing(const Config& config, const Observed& observed) {
    const auto functions = managed_functions(config, observed);
    return std::ranges::any_of(functions, [&](const NetworkFunction* function) {
        return worth_waiting_for(config.names, *function, observed);
    });
}

bool swaps(const Plan& plan) {
    return std::ranges::any_of(plan.phases, [](const Phase& phase) {
        return phase.name == PhaseName::driver;
    });
}

/// The in-tree driver is in the middle of its init: it binds one port after the other, and until it
/// has done so udev comes to none of them.
bool binding(const Config& config, const Observed& observed) {
    return std::ranges::any_of(config.driver.replace, [&](const ModuleName& name) {
        const auto loaded = observed.loaded.find(name);
        return loaded != observed.loaded.end() && !loaded->second.live;
    });
}

Result<void> await_names(const Config& config, const Observed& observed, const Ports& node) {
    std::vector<PortExpectation> ports;
    for (const NetworkFunction* const function : managed_functions(config, observed)) {
        ports.push_back({function->address, ""});
    }
    node.progress.notice(
        "waiting for the in-tree driver: the names of its ports are to be preserved"
    );
    const auto limit = naming_limit + naming_limit_per_port * ports.size();
    const auto outcomes = node.devices.await(ports, limit);
    return outcomes ? Result<void>() : tl::unexpected(outcomes.error());
}

}  // namespace

Result<Plan> plan_when_named(
    const PlanRequest& request,
    const Config& config,
    Observed& observed,
    const Ports& ports,
    const std::function<Result<void>()>& look
) {
    Plan plan = make_plan(config, observed, request);
    bool worthwhile = swaps(plan);
    for (int wait = 0; wait < most_waits && worthwhile && names_missing(config, observed); ++wait) {
        const bool was_binding = binding(config, observed);
        if (auto waited = await_names(config, observed, ports); !waited) {
            return tl::unexpected(waited.error());
        }
        if (auto looked = look(); !looked) {
            return tl::unexpected(looked.error());
        }
        plan = make_plan(config, observed, request);
        // Once more after the init has ended: only then do udev's events come.
        worthwhile = was_binding || binding(config, observed);
    }
    return plan;
}

}  // namespace onload_node
