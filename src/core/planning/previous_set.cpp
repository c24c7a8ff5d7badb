// SPDX-License-Identifier: BSD-2-Clause
#include "core/planning/previous_set.hpp"

#include "base/text.hpp"
#include "core/model/managed_functions.hpp"
#include "core/modules/wanted_parameters.hpp"
#include "core/planning/guard.hpp"

#include <algorithm>

namespace onload_node {

namespace {

bool out_of_tree_on(const Config& config, const Observed& observed) {
    return std::ranges::any_of(observed.loaded, [&](const auto& module) {
        return module.second.origin == Origin::out_of_tree &&
               (contains(config.driver.load, module.first) ||
                contains(config.driver.replace, module.first));
    });
}

/// True if a set may be put in place now, for a swap that follows.
bool may_change(const Config& config, const Observed& observed, const PlanRequest& request) {
    return observed.boot_switch == BootSwitch::normal && observed.sets_problem.empty() &&
           (request.live || !network_in_use(config, observed));
}

const SetEntry* unfinished_set(const Observed& observed) {
    const auto found = std::ranges::find(observed.sets, true, &SetEntry::unfinished);
    return found == observed.sets.end() ? nullptr : &*found;
}

const SetEntry* confirmed_before(const Observed& observed) {
    return last_confirmed(observed.sets, observed.kernel, observed.set_in_place, "");
}

/// A hang or an oops is nothing to load another driver beside.
bool broken_in_this_boot(const Observed& observed) {
    return observed.kernel_broken || (attempt_under_way(observed) && observed.guard->tripped);
}

/// True if something stands in for what is wanted already: there is no third one.
bool replaced(const Config& config, const Observed& observed) {
    return replaced_set(observed) != nullptr ||
           set_with_replaced_parameters(config, observed) != nullptr;
}

std::string replaced_parameters_reason(const SetEntry& set, const Config& config) {
    const auto& failed = set.failed_parameters;
    return compose(
        "the parameters with which the set {} was confirmed, {}, stand in for those configured, "
        "which have failed {}{}{} ({}); correct driver.parameters in the configuration, or let "
        "onload-node reset have the next boot try them again",
        short_digest(set.digest),
        set.confirmed,
        times(failed.times),
        failed.reason.empty() ? "" : ": ",
        failed.reason,
        parameter_differences(set, config)
    );
}

}  // namespace

std::optional<SetMove>
set_to_restore(const Config& config, const Observed& observed, const PlanRequest& request) {
    if (!may_change(config, observed, request) || out_of_tree_on(config, observed)) {
        return std::nullopt;
    }
    if (const SetEntry* const half = unfinished_set(observed)) {
        return SetMove{half->digest, "it was only half in place"};
    }
    const SetEntry* const wanted = replaced_set(observed);
    if (wanted == nullptr || wanted->failed >= config.guard.attempts ||
        broken_in_this_boot(observed)) {
        return std::nullopt;
    }
    return SetMove{
        wanted->digest, compose("it is wanted, and has failed {} so far", times(wanted->failed))};
}

std::optional<SetMove>
set_before_guard(const Config& config, const Observed& observed, const PlanRequest& request) {
    const auto standing = guard_standing(config, observed);
    // What cannot be read may have counted the set before.
    if (!standing.tripped || !observed.guard_problem.empty()) {
        return std::nullopt;
    }
    return set_before_failure(config, observed, request, {standing.cause});
}

std::optional<SetMove> set_before_failure(
    const Config& config,
    const Observed& observed,
    const PlanRequest& request,
    const FailedPart& failed
) {
    // A driver that should be gone and is not: another one would not come in, either.
    const bool stuck = !failed.onload && out_of_tree_on(config, observed);
    if (!config.guard.previous || observed.set_in_place.empty() || replaced(config, observed) ||
        broken_in_this_boot(observed) || stuck || !may_change(config, observed, request)) {
        return std::nullopt;
    }
    // New parameters are blamed before new files: going back on them changes less.
    const SetEntry* const now = placed_set(observed);
    if (now != nullptr && confirmed_with_others(*now, config)) {
        return SetMove{now->digest, failed.why, true};
    }
    const SetEntry* const before = confirmed_before(observed);
    return before == nullptr ? std::nullopt : std::optional(SetMove{before->digest, failed.why});
}

std::string previous_set_reason(const Config& config, const Observed& observed) {
    if (const SetEntry* const set = set_with_replaced_parameters(config, observed)) {
        return replaced_parameters_reason(*set, config);
    }
    const SetEntry* const wanted = replaced_set(observed);
    if (wanted == nullptr) {
        return "";
    }
    const SetEntry* const now = placed_set(observed);
    const auto confirmed = now == nullptr ? std::string() : now->confirmed;
    const auto others = now == nullptr ? std::string() : parameter_differences(*now, config);
    return compose(
        "the set before, {}{}{}, runs in place of {}, which has failed {}{}{}{}{}; stage another "
        "build, or let onload-node reset have the next boot try it again",
        short_digest(observed.set_in_place),
        confirmed.empty() ? "" : ", confirmed ",
        confirmed,
        short_digest(wanted->digest),
        times(wanted->failed),
        wanted->reason.empty() ? "" : ": ",
        wanted->reason,
        others.empty() ? "" : "; it has the parameters with which it was confirmed, ",
        others
    );
}

std::string no_previous_set(const Observed& observed) {
    if (!observed.sets_problem.empty()) {
        return compose("; whether there is a set before is not known: {}", observed.sets_problem);
    }
    const SetEntry* const before = confirmed_before(observed);
    const bool tried = before != nullptr && replaced_set(observed) == nullptr;
    return !tried || before->reason.empty() ? std::string()
                                            : compose(
                                                  "; the set before, {}, was not put in place: {}",
                                                  short_digest(before->digest),
                                                  before->reason
                                              );
}

std::string mixed_set_complaint(const Observed& observed) {
    const SetEntry* const half = unfinished_set(observed);
    if (half == nullptr) {
        return "";
    }
    return compose(
        "what is staged may be of two sets: {} was only half put in place{}{}; stage one anew",
        short_digest(half->digest),
        half->reason.empty() ? "" : ": ",
        half->reason
    );
}

}  // namespace onload_node
