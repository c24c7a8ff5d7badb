// SPDX-License-Identifier: BSD-2-Clause
#include "app/output/output.hpp"
#include "app/output/output_parts.hpp"
#include "base/text.hpp"
#include "core/model/reasons.hpp"
#include "core/model/step.hpp"
#include "core/reporting/changes.hpp"

#include <algorithm>
#include <optional>

namespace onload_node {

namespace {

/// What keeps the plan, once it is carried out, from making the node as configured.
std::optional<Blocker> refused(const Plan& plan) {
    return blocked(plan) ? std::optional(Blocker{plan.code, plan.reason}) : plan.advice;
}

std::size_t steps_of(const Plan& plan) {
    std::size_t steps = 0;
    for (const auto& phase : plan.phases) {
        steps += phase.steps.size();
    }
    return steps;
}

std::string counted(std::size_t number, std::string_view what) {
    return compose("{} {}{}", std::to_string(number), what, number == 1 ? "" : "s");
}

std::string changes_text(const std::vector<Change>& changes) {
    std::size_t width = 0;
    for (const auto& change : changes) {
        width = std::max(width, change.what.size());
    }
    std::string text = changes.empty() ? "" : "changes\n";
    for (const auto& change : changes) {
        text +=
            compose("  {}{} -> {}\n", column(change.what, width + 2), change.before, change.after);
    }
    return text;
}

std::string phases_text(const Plan& plan, bool colour) {
    std::string text;
    for (const auto& phase : plan.phases) {
        text += coloured(std::string(to_string(phase.name)), "1", colour) + "\n";
        for (const auto& planned : phase.steps) {
            text += compose("  {}\n      because: {}\n", describe(planned.step), planned.reason);
        }
    }
    return text;
}

std::string refusal_text(const std::optional<Blocker>& why) {
    return why ? compose(
                     "refused: {}: {}\n      to do: {}\n",
                     to_string(why->code),
                     why->reason,
                     facts_of(why->code).advice
                 )
               : "";
}

bool as_it_should_be(State state) {
    return state == State::active || state == State::idle || state == State::off;
}

/// Nothing would be done: the node is right, or no step of ours makes it so.
std::string idle_text(const PlanView& view, const std::optional<Blocker>& why) {
    const auto& [plan, observed, report] = view;
    if (report.state == State::active) {
        return "nothing to do: the node is as configured\n";
    }
    if (as_it_should_be(report.state)) {
        return compose("nothing to do: {}\n", report.reason);
    }
    const Blocker left = why.value_or(Blocker{report.code, report.reason});
    return compose(
        "no step would help: the node is {}\n{}",
        to_string(report.state),
        refusal_text(Blocker{report.code, left.code == report.code ? left.reason : report.reason})
    );
}

toml::array changes_json(const std::vector<Change>& changes) {
    toml::array list;
    for (const auto& change : changes) {
        toml::table entry;
        put(entry, "what", change.what);
        put(entry, "before", change.before);
        put(entry, "after", change.after);
        list.push_back(std::move(entry));
    }
    return list;
}

toml::array steps_json(const Plan& plan) {
    toml::array steps;
    for (const auto& phase : plan.phases) {
        for (const auto& planned : phase.steps) {
            toml::table step;
            put(step, "phase", to_string(phase.name));
            put(step, "step", describe(planned.step));
            put(step, "reason", planned.reason);
            steps.push_back(std::move(step));
        }
    }
    return steps;
}

}  // namespace

std::string plan_text(const PlanView& view, bool colour) {
    const auto& [plan, observed, report] = view;
    const auto why = refused(plan);
    if (plan.empty()) {
        return idle_text(view, why) + notes_text(plan.notes);
    }
    return compose(
        "{}\n{}{}{}{}{}, {} refused\n",
        coloured(
            compose("{}: {}", to_string(report.state), report.reason),
            state_colour(report.state),
            colour
        ),
        refusal_text(why),
        changes_text(changes_of(plan, observed)),
        phases_text(plan, colour),
        notes_text(plan.notes),
        counted(steps_of(plan), "step"),
        why ? "the swap is" : "nothing"
    );
}

std::string plan_json(const PlanView& view) {
    const auto& [plan, observed, report] = view;
    toml::array refusals;
    if (const auto why = refused(plan)) {
        toml::table refusal;
        put(refusal, "reason_code", to_string(why->code));
        put(refusal, "reason", why->reason);
        put(refusal, "advice", facts_of(why->code).advice);
        refusals.push_back(std::move(refusal));
    }
    toml::table document;
    document.insert("schema", status_schema);
    put(document, "state", to_string(report.state));
    put(document, "sentence", sentence(report));
    put(document, "goal", to_string(plan.goal));
    put(document, "reason_code", to_string(plan.code));
    put(document, "reason", plan.reason);
    document.insert("notes", texts(plan.notes));
    document.insert("changes", changes_json(changes_of(plan, observed)));
    document.insert("refused", std::move(refusals));
    document.insert("steps", steps_json(plan));
    return to_json(document);
}

}  // namespace onload_node
