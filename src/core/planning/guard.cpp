// SPDX-License-Identifier: BSD-2-Clause
#include "core/planning/guard.hpp"

#include "base/text.hpp"
#include "core/modules/load_order.hpp"
#include "core/modules/swap_scope.hpp"

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
        for (const auto& [name, value] : configured_parameters(config, file->name)) {
            line += compose(" {}={}", name, value);
        }
        set.push_back(std::move(line));
    }
    return set;
}

unsigned dead_boots(const GuardRecord& record, const Observed& observed) {
    const bool under_way = record.boot_id == observed.boot_id && record.attempts > 0;
    return under_way ? record.attempts - 1 : record.attempts;
}

std::string way_out() {
    return "; stage another build, or run onload-node reset to try this one again";
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
    const auto& record = observed.guard;
    if (!record || record->kernel != observed.kernel ||
        record->set != staged_set(config, observed)) {
        return {};
    }
    GuardStanding standing{dead_boots(*record, observed), false, ""};
    if (record->tripped) {
        standing.tripped = true;
        standing.reason = compose("the node had to be reset: {}{}", record->reason, way_out());
    } else if (standing.dead_boots >= config.guard.attempts) {
        standing.tripped = true;
        standing.reason = std::to_string(standing.dead_boots) +
                          (standing.dead_boots == 1 ? " boot" : " boots") +
                          " died with the staged driver on kernel " + observed.kernel + way_out();
    }
    return standing;
}

GuardRecord armed_guard(const Config& config, const Observed& observed) {
    return {
        staged_set(config, observed),
        observed.kernel,
        guard_standing(config, observed).dead_boots + 1,
        observed.boot_id,
        false,
        ""};
}

}  // namespace onload_node
