// SPDX-License-Identifier: BSD-2-Clause
#include "core/planning/guard.hpp"
#include "core/planning/next_boot.hpp"
#include "core/planning/plan.hpp"
#include "unit/core/model/observed_fixture.hpp"

#include <string>

#include <gtest/gtest.h>

namespace onload_node {
namespace {

using fixture::booting_node;

/// The modules would load in each of these, and verify() passes.
void expect_kept_out(const Observed& node, ReasonCode code, const std::string& words) {
    ASSERT_EQ(first_failed(verify(Config(), booting_node()), true), nullptr);
    const auto checks = verify_next_boot(Config(), node);
    ASSERT_EQ(checks.size(), 1U);
    EXPECT_EQ(first_failed(checks, true), &checks.front());
    EXPECT_EQ(checks.front().id, CheckId::next_boot);
    EXPECT_EQ(to_string(checks.front().code), to_string(code));
    const auto said = checks.front().text + "; " + checks.front().advice;
    EXPECT_NE(said.find(words), std::string::npos) << said;
}

TEST(NextBoot, PassesWhereNothingKeepsTheModulesOut) {
    const auto checks = verify_next_boot(Config(), booting_node());
    ASSERT_EQ(checks.size(), 1U);
    EXPECT_EQ(checks.front().verdict, Verdict::passed);
}

TEST(NextBoot, SeesWhatTheKernelCommandLineSays) {
    Observed node = booting_node();
    node.boot_switch = BootSwitch::off;
    expect_kept_out(node, ReasonCode::switched_off, "onload_node=off is on the kernel command");
    node.boot_switch = BootSwitch::plan_only;
    expect_kept_out(node, ReasonCode::switched_off, "onload_node=plan");
    node.boot_switch = BootSwitch::normal;
    node.blacklisted = {"nouveau", "sfc_char"};
    expect_kept_out(node, ReasonCode::kernel_refuses, "refuses every sfc_char");
}

TEST(NextBoot, SaysWhatThePlanOfThatBootWouldSayOfTheGuard) {
    Observed node = booting_node();
    node.guard = armed_guard(Config(), node);
    node.guard->attempts = 2;
    node.boot_id = "boot-2";
    const auto plan = make_plan(Config(), node, {});
    ASSERT_EQ(plan.goal, State::in_tree);
    expect_kept_out(node, ReasonCode::guard, plan.reason);
    node.guard->kernel = "5.14.0-1.el9.x86_64";
    EXPECT_EQ(first_failed(verify_next_boot(Config(), node), true), nullptr);
    node.guard_problem = "guard.toml: a key is missing or wrong";
    expect_kept_out(node, ReasonCode::guard, "a key is missing or wrong");
}

TEST(NextBoot, SeesASetThatIsHalfInPlace) {
    Observed node = booting_node();
    node.sets = {{node.kernel, std::string(64, 'a'), {}, {}, {}, true, true, 0, {}}};
    expect_kept_out(node, ReasonCode::previous_set, "may be of two sets");
}

TEST(NextBoot, SeesThatNothingWouldBeAccelerated) {
    Observed node = booting_node();
    node.control_plane_problem = "/usr/local/sbin/onload_cp_server is not there";
    expect_kept_out(node, ReasonCode::control_plane, "onload_cp_server is not there");
}

}  // namespace
}  // namespace onload_node
