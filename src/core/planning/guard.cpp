// SPDX-License-Identifier: BSD-2-Clause
#include "core/planning/guard.hpp"

#include "base/text.hpp"
#include "core/modules/load_order.hpp"
#include "core/modules/wanted_parameters.hpp"

namespace onload_node {

namespace {

/// The staged modules and their parameters: either can kill a node.
std::vector<std::string> staged_set(const Config& config, const Observed& observed) {
    std::vector<std::string> set;
    const auto order = load_order(config.driver.load, observed);
    if (!order) {
        return set;
    }
    for (const ModuleFile* const file : order->modules) {
        if (file->origin == Origin::in_tree) {
            continue;
        }
        std::string line = compose("{} {}", file->name.str(), file->sha256);
        for (const auto& [name, value] : wanted_parameters(config, observed, file->name)) {
            line += compose(" {}={}", name, value);
        }
        set.push_back(std::move(line));
    }
    return set;
}

/// Leaves the boot under way out.
GuardStanding counted(const GuardRecord& record, const Observed& observed) {
    GuardStanding standing{record.attempts, false, "", record.unreachable};
    if (record.boot_id == observed.boot_id && record.attempts > 0) {
        standing.dead_boots -= 1;
        standing.unreachable -= unreached(observed).empty() ? 0 : 1;
    }
    return standing;
}

std::string_view what_became_of(const GuardStanding& standing) {
    if (standing.unreachable == 0) {
        return "died";
    }
    return standing.unreachable < standing.dead_boots ? "died or reached nothing"
                                                      : "reached nothing";
}

struct FailedSwaps {
    unsigned times = 0;
    std::string reason;  ///< of the last one
};

/// Swaps with the set and the parameters that are wanted now that failed without taking the boot
/// with them. They are counted only where there was something to go back to.
FailedSwaps failed_swaps(const Config& config, const Observed& observed) {
    const SetEntry* const set = placed_set(observed);
    if (set == nullptr) {
        return {};
    }
    const bool replaced = set_with_replaced_parameters(config, observed) != nullptr;
    const unsigned by_parameters = replaced ? 0 : times_parameters_failed(*set, config);
    return {
        set->failed + by_parameters,
        by_parameters > 0 ? set->failed_parameters.reason : set->reason};
}

std::string way_out() {
    return "; stage another build, or run onload-node reset to try this one again";
}

/// Why there is no further attempt; empty if there may be one. `record` is null if it is of another
/// set.
std::string cause_of(
    const Config& config,
    const Observed& observed,
    const GuardStanding& standing,
    const GuardRecord* record
) {
    if (record != nullptr && record->tripped) {
        return compose("the node had to be reset: {}", record->reason);
    }
    if (standing.dead_boots >= config.guard.attempts) {
        return compose(
            "{} {} {} with the staged driver on kernel {}",
            std::to_string(standing.dead_boots),
            standing.dead_boots == 1 ? "boot" : "boots",
            what_became_of(standing),
            observed.kernel
        );
    }
    const auto failures = failed_swaps(config, observed);
    if (failures.times > 0 && failures.times + standing.dead_boots >= config.guard.attempts) {
        return compose(
            "the staged driver has failed too often on kernel {}: {}",
            observed.kernel,
            failures.reason
        );
    }
    return "";
}

}  // namespace

GuardStanding guard_standing(const Config& config, const Observed& observed) {
    if (!observed.guard_problem.empty()) {
        return {
            0,
            true,
            compose(
                "the boot guard cannot be read ({}), so nobody knows how many boots have died; "
                "onload-node reset removes it",
                observed.guard_problem
            )};
    }
    const auto& guard = observed.guard;
    const bool same =
        guard && guard->kernel == observed.kernel && guard->set == staged_set(config, observed);
    const GuardRecord* const record = same ? &*guard : nullptr;
    GuardStanding standing = same ? counted(*guard, observed) : GuardStanding{};
    standing.cause = cause_of(config, observed, standing, record);
    standing.tripped = !standing.cause.empty();
    if (standing.tripped) {
        standing.reason = compose("{}{}", standing.cause, way_out());
    }
    return standing;
}

GuardRecord armed_guard(const Config& config, const Observed& observed) {
    const auto standing = guard_standing(config, observed);
    return {
        staged_set(config, observed),
        observed.kernel,
        standing.dead_boots + 1,
        observed.boot_id,
        false,
        "",
        standing.unreachable,
        observed.set_in_place};
}

bool attempt_under_way(const Observed& observed) {
    return observed.guard && observed.guard->boot_id == observed.boot_id;
}

std::string unreached(const Observed& observed) {
    return attempt_under_way(observed) && !observed.guard->tripped ? observed.guard->reason : "";
}

}  // namespace onload_node
