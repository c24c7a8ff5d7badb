// SPDX-License-Identifier: BSD-2-Clause
#include "app/output/output.hpp"
#include "core/model/reasons.hpp"
#include "core/planning/plan.hpp"
#include "unit/core/model/observed_fixture.hpp"

#include <gtest/gtest.h>

namespace onload_node {
namespace {

Report report() {
    const Observed node = fixture::booting_node();
    return make_report(
        Config(), node, make_plan(Config(), node, {}), {"boot-1", {}, {{"load sfc", 12}}}
    );
}

TEST(StatusJson, HasEveryKeyOfSchemaOne) {
    const std::string text = status_json(report());
    for (const char* key :
         {"schema",
          "version",
          "boot_id",
          "kernel",
          "state",
          "reason",
          "reason_code",
          "modules",
          "nics",
          "names",
          "time",
          "guard",
          "control_plane_problem",
          "cdi",
          "devices",
          "staged",
          "timings_ms",
          "origin",
          "build_id",
          "sha256",
          "pci",
          "mac",
          "interface",
          "driver",
          "model",
          "subsystem_vendor",
          "policy",
          "rules",
          "daemon",
          "active",
          "displaced",
          "attempts",
          "limit",
          "tripped"}) {
        EXPECT_NE(text.find("\"" + std::string(key) + "\" :"), std::string::npos) << key << " in\n"
                                                                                  << text;
    }
    EXPECT_NE(text.find("\"load sfc\" : 12"), std::string::npos) << text;
    EXPECT_NE(text.find("\"reason_code\" : \"pending-apply\""), std::string::npos) << text;
}

const std::vector<Check> checks = {
    {CheckId::tree, Verdict::passed, true, "", "/opt", "", ReasonCode::as_wanted},
    {CheckId::pins, Verdict::failed, true, "sfc", "not pinned", "pin it", ReasonCode::pins},
    {CheckId::parameters, Verdict::failed, false, "sfc", "unknown", "", ReasonCode::pins},
    {CheckId::symbols, Verdict::not_checkable, true, "", "no symvers", "", ReasonCode::as_wanted},
};

TEST(VerifyText, IsALineForEachCheck) {
    EXPECT_EQ(
        verify_text(checks, false),
        "ok             tree               /opt\n"
        "FAILED         pins               not pinned; pin it\n"
        "advice         parameters         unknown\n"
        "not checkable  symbols            no symvers\n"
    );
    EXPECT_NE(verify_text(checks, true).find("\033[31mFAILED"), std::string::npos);
}

TEST(VerifyJson, HasEveryKeyOfSchemaOne) {
    const std::string text = verify_json(checks, "5.14");
    for (const char* part :
         {"\"schema\" : 1",
          "\"kernel\" : \"5.14\"",
          "\"id\" : \"pins\"",
          "\"verdict\" : \"failed\"",
          "\"verdict\" : \"not-checkable\"",
          "\"mandatory\" : false",
          "\"subject\" : \"sfc\"",
          "\"text\" : \"not pinned\"",
          "\"advice\" : \"pin it\""}) {
        EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
    }
}

/// A plan with all that its output shows, and what keeps it from falling apart.
struct Planned {
    Observed node;
    Plan plan = make_plan(Config(), node, {});
    Report report = make_report(Config(), node, plan, {});

    [[nodiscard]] std::string text() const { return plan_text({plan, node, report}, false); }

    [[nodiscard]] std::string json() const { return plan_json({plan, node, report}); }
};

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

TEST(PlanText, GivesEachStepItsReason) {
    const Planned planned{fixture::booting_node()};
    std::size_t steps = 0;
    for (const auto& phase : planned.plan.phases) {
        steps += phase.steps.size();
    }
    const auto text = planned.text();
    EXPECT_EQ(count(text, "because: "), steps);
    EXPECT_TRUE(text.starts_with("in-tree: the out-of-tree driver is staged")) << text;
    EXPECT_TRUE(text.ends_with(std::to_string(steps) + " steps, nothing refused\n")) << text;
    EXPECT_NE(planned.json().find("\"phase\" : \"driver\""), std::string::npos);
}

TEST(PlanText, ShowsWhatIsBeforeAndAfter) {
    const Planned planned{fixture::booting_node()};
    const auto text = planned.text();
    for (const char* const line :
         {"  module sfc           in-tree -> 5.3.16.1004 out-of-tree\n",
          "  module onload        none -> 8.1.2.26 out-of-tree\n",
          "  clock                none -> sfptpd.service\n"}) {
        EXPECT_NE(text.find(line), std::string::npos) << line << " in\n" << text;
    }
    // A name that stays, and a module that comes back, are no change.
    EXPECT_EQ(text.find("ens8f0 -> ens8f0"), std::string::npos) << text;
    EXPECT_NE(planned.json().find("\"after\" : \"sfptpd.service\""), std::string::npos);
}

TEST(PlanText, SaysWhatIsRefusedAndWhatToDo) {
    auto node = fixture::booting_node();
    node.staged.present = false;
    node.staged.modules.clear();
    node.staged.kernels.clear();
    const Planned planned{node};
    const auto text = planned.text();
    EXPECT_NE(text.find("refused: no-tree: nothing is staged for kernel"), std::string::npos)
        << text;
    EXPECT_NE(
        text.find("to do: " + std::string(facts_of(ReasonCode::no_tree).advice)), std::string::npos
    ) << text;
    EXPECT_EQ(text.find("as configured"), std::string::npos) << text;
    EXPECT_NE(planned.json().find("\"reason_code\" : \"no-tree\""), std::string::npos);
}

/// Of a node that has come to this, whatever the steps that are left.
std::string plan_of(State state, ReasonCode code, const Plan& plan) {
    Report report;
    report.state = state;
    report.code = code;
    report.reason = "the reason itself";
    return plan_text({plan, Observed(), report}, false);
}

TEST(PlanText, NeverTakesANodeForOneThatItIsNot) {
    for (const auto state : {State::degraded, State::in_tree, State::failed}) {
        for (const auto& facts : all_reasons()) {
            const auto text = plan_of(state, facts.code, Plan());
            EXPECT_EQ(text.find("as configured"), std::string::npos) << text;
            EXPECT_EQ(text.find("nothing to do"), std::string::npos) << text;
            EXPECT_NE(text.find("the node is " + std::string(to_string(state))), std::string::npos);
            for (const auto part :
                 {facts.word, std::string_view("the reason itself"), facts.advice}) {
                EXPECT_EQ(count(text, std::string(part)) > 0, true) << part << " in\n" << text;
            }
        }
    }
    EXPECT_EQ(
        plan_of(State::active, ReasonCode::as_wanted, Plan()),
        "nothing to do: the node is as configured\n"
    );
    EXPECT_EQ(
        plan_of(State::idle, ReasonCode::no_nic, Plan()), "nothing to do: the reason itself\n"
    );
}

}  // namespace
}  // namespace onload_node
