// SPDX-License-Identifier: BSD-2-Clause
#include "app/output/output.hpp"
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

TEST(StatusText, BeginsWithTheSentence) {
    EXPECT_EQ(status_text(report(), false).find(sentence(report()) + "\n"), 0U);
    EXPECT_EQ(status_text(report(), false).find('\033'), std::string::npos);
    EXPECT_NE(status_text(report(), true).find('\033'), std::string::npos);
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

TEST(PlanText, GivesEachStepItsReason) {
    const Plan plan = make_plan(Config(), fixture::booting_node(), {});
    const std::string text = plan_text(plan, false);
    std::size_t reasons = 0;
    for (auto at = text.find("because: "); at != std::string::npos;
         at = text.find("because: ", at + 1)) {
        ++reasons;
    }
    std::size_t steps = 0;
    for (const auto& phase : plan.phases) {
        steps += phase.steps.size();
    }
    EXPECT_EQ(reasons, steps);
    EXPECT_NE(plan_json(plan).find("\"phase\" : \"driver\""), std::string::npos);
}

TEST(PlanText, SaysWhyThereIsNothingToDo) {
    Plan plan;
    plan.goal = State::idle;
    plan.reason = "no card";
    EXPECT_EQ(plan_text(plan, false), "nothing to do: no card\n");
}

}  // namespace
}  // namespace onload_node
