// SPDX-License-Identifier: BSD-2-Clause
#include "core/planning/previous_set.hpp"

#include "base/text.hpp"
#include "core/model/managed_functions.hpp"
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

std::optional<SetMove> set_before(
    const Config& config, const Observed& observed, const PlanRequest& request, std::string why
) {
    const SetEntry* const before = confirmed_before(observed);
    const bool possible = config.guard.previous && before != nullptr &&
                          !observed.set_in_place.empty() && replaced_set(observed) == nullptr &&
                          !broken_in_this_boot(observed) && !out_of_tree_on(config, observed) &&
                          may_change(config, observed, request);
    return possible ? std::optional(SetMove{before->digest, std::move(why)}) : std::nullopt;
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
    return set_before(config, observed, request, standing.cause);
}

std::optional<SetMove> set_before_failure(
    const Config& config,
    const Observed& observed,
    const PlanRequest& request,
    const std::string& why
) {
    return set_before(config, observed, request, why);
}

const SetEntry* replaced_set(const Observed& observed) {
    if (observed.set_in_place.empty()) {
        return nullptr;
    }
    const auto wanted = std::ranges::find(observed.sets, true, &SetEntry::wanted);
    return wanted == observed.sets.end() || wanted->digest == observed.set_in_place ? nullptr
                                                                                    : &*wanted;
}

std::string previous_set_reason(const Observed& observed) {
    const SetEntry* const wanted = replaced_set(observed);
    if (wanted == nullptr) {
        return "";
    }
    const auto* const now = find_set(observed.sets, observed.kernel, observed.set_in_place);
    const auto confirmed = now == nullptr ? std::string() : now->confirmed;
    return compose(
        "the set before, {}{}{}, runs in place of {}, which has failed {}{}{}; stage another "
        "build, or let onload-node reset have the next boot try it again",
        short_digest(observed.set_in_place),
        confirmed.empty() ? "" : ", confirmed ",
        confirmed,
        short_digest(wanted->digest),
        times(wanted->failed),
        wanted->reason.empty() ? "" : ": ",
        wanted->reason
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
