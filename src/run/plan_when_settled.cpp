// SPDX-License-Identifier: BSD-2-Clause
#include "run/plan_when_settled.hpp"

#include "base/text.hpp"
#include "core/model/managed_functions.hpp"
#include "core/modules/load_order.hpp"
#include "core/naming/port_names.hpp"
#include "core/planning/plan.hpp"

#include <algorithm>

namespace onload_node {

namespace {

/// How long udev may take to bind the in-tree driver to its ports and to name them. It handles the
/// events of many ports a few at a time.
constexpr Milliseconds udev_limit = std::chrono::seconds(10);
constexpr Milliseconds udev_limit_per_port(500);

/// How many times we wait that long while the in-tree driver is still busy with its ports.
constexpr int most_waits = 4;

/// False for a port that the in-tree driver has refused, and for one that no in-tree driver claims,
/// such as those of a series that the kernel has no driver for.
bool may_get_in_tree_name(const NetworkFunction& function, const Observed& observed) {
    return !function.driver.empty() || lacks_in_tree_driver(function, observed);
}

bool names_missing(const Config& config, const Observed& observed) {
    const auto functions = managed_functions(config, observed);
    return std::ranges::any_of(functions, [&](const NetworkFunction* function) {
        return worth_waiting_for(config.names, *function, observed) &&
               may_get_in_tree_name(*function, observed);
    });
}

/// True if udev has not come to a port yet.
bool driver_missing(const Config& config, const Observed& observed) {
    const auto functions = managed_functions(config, observed);
    return std::ranges::any_of(functions, [&](const NetworkFunction* function) {
        return lacks_in_tree_driver(*function, observed);
    });
}

/// What the plan depends on and udev has not done yet, in words; empty if there is nothing to wait
/// for.
std::string_view unsettled(const Plan& plan, const Config& config, const Observed& observed) {
    // Where the kernel refuses the driver it refuses the in-tree one as well.
    if (plan.goal == State::off || plan.goal == State::idle ||
        plan.code == ReasonCode::kernel_refuses) {
        return "";
    }
    if (plan.code == ReasonCode::hung) {
        return "the kernel does not answer about a port";
    }
    if (observed.records_owner == RecordsOwner::undecided) {
        return "its ports tell whether the names and counts on the disk are this machine's";
    }
    if (plan.has(PhaseName::driver)) {
        return names_missing(config, observed) ? "the names of its ports are to be preserved" : "";
    }
    return driver_missing(config, observed) ? "a port has no driver yet" : "";
}

/// True while the in-tree driver runs its init. It binds one port after the other, and udev handles
/// none of them before it is done.
bool binding(const Config& config, const Observed& observed) {
    return std::ranges::any_of(config.driver.replace, [&](const ModuleName& name) {
        const auto loaded = observed.loaded.find(name);
        return loaded != observed.loaded.end() && !loaded->second.live;
    });
}

Result<void> await_udev(
    const Config& config, const Observed& observed, const NodeAccess& node, std::string_view reason
) {
    std::vector<PortExpectation> ports;
    for (const NetworkFunction* const function : managed_functions(config, observed)) {
        ports.push_back({function->address, ""});
    }
    node.progress.notice(compose("waiting for the in-tree driver: {}", reason));
    const auto limit = udev_limit + udev_limit_per_port * ports.size();
    const auto outcomes = node.devices.await(ports, limit);
    return outcomes ? Result<void>() : tl::unexpected(outcomes.error());
}

}  // namespace

Result<Plan> plan_when_settled(
    const PlanRequest& request,
    const Config& config,
    Observed& observed,
    const NodeAccess& access,
    const std::function<Result<void>()>& look
) {
    Plan plan = make_plan(config, observed, request);
    for (int wait = 0; wait < most_waits; ++wait) {
        const auto reason = unsettled(plan, config, observed);
        if (reason.empty()) {
            break;
        }
        const bool was_binding = binding(config, observed);
        TRY(await_udev(config, observed, access, reason));
        TRY(look());
        plan = make_plan(config, observed, request);
        // Wait once more after the init has ended: udev's events come only then.
        if (!was_binding && !binding(config, observed)) {
            break;
        }
    }
    return plan;
}

}  // namespace onload_node
