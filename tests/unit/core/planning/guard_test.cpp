// SPDX-License-Identifier: BSD-2-Clause
#include "core/planning/guard.hpp"
#include "core/planning/plan.hpp"
#include "unit/core/model/observed_fixture.hpp"

#include <gtest/gtest.h>

namespace onload_node {
namespace {

using fixture::booting_node;
using fixture::module;

/// The node at its next boot, after one that armed the guard and died.
Observed after_a_dead_boot(const Observed& before, const std::string& boot_id) {
    Observed node = booting_node();
    node.guard = armed_guard(Config(), before);
    node.boot_id = boot_id;
    return node;
}

TEST(Guard, CountsTheBootUnderWayAsDeadUntilItIsConfirmed) {
    const Observed first = booting_node();
    const GuardRecord record = armed_guard(Config(), first);
    EXPECT_EQ(record.attempts, 1U);
    EXPECT_EQ(record.boot_id, "boot-1");
    Observed same_boot = first;
    same_boot.guard = record;
    EXPECT_EQ(guard_standing(Config(), same_boot).dead_boots, 0U);
    EXPECT_EQ(armed_guard(Config(), same_boot).attempts, 1U) << "a second apply in the same boot";
}

TEST(Guard, TripsAfterAsManyDeadBootsAsAreAllowed) {
    const Observed second = after_a_dead_boot(booting_node(), "boot-2");
    EXPECT_EQ(guard_standing(Config(), second).dead_boots, 1U);
    EXPECT_FALSE(guard_standing(Config(), second).tripped);
    const Observed third = after_a_dead_boot(second, "boot-3");
    const auto standing = guard_standing(Config(), third);
    EXPECT_TRUE(standing.tripped);
    EXPECT_EQ(standing.reason.find("2 boots died"), 0U) << standing.reason;
    const Plan plan = make_plan(Config(), third, {});
    EXPECT_EQ(plan.goal, State::in_tree);
    EXPECT_EQ(plan.code, ReasonCode::guard);
}

TEST(Guard, SaysThatBootsReachedNothing) {
    Observed second = after_a_dead_boot(booting_node(), "boot-2");
    second.guard->boot_id = "boot-2";
    second.guard->reason = "no port has carrier";
    second.guard->unreachable = 1;
    EXPECT_EQ(unreached(second), "no port has carrier");
    EXPECT_EQ(guard_standing(Config(), second).unreachable, 0U) << "the boot under way is left out";
    EXPECT_EQ(armed_guard(Config(), second).unreachable, 0U) << "a second apply in the same boot";
    const Observed third = after_a_dead_boot(second, "boot-3");
    EXPECT_EQ(unreached(third), "");
    second.boot_id = "boot-4";
    second.guard->attempts = 2;
    EXPECT_EQ(unreached(second), "");
    EXPECT_EQ(
        guard_standing(Config(), second).reason.find("2 boots died or reached nothing with"), 0U
    );
    second.guard->unreachable = 2;
    EXPECT_EQ(guard_standing(Config(), second).reason.find("2 boots reached nothing with"), 0U);
    second.guard->attempts = 1;
    second.guard->unreachable = 1;
    EXPECT_EQ(armed_guard(Config(), second).unreachable, 1U) << "kept for the next attempt";
}

TEST(Guard, AnotherSetKernelOrParameterBeginsAnew) {
    const Observed third = after_a_dead_boot(after_a_dead_boot(booting_node(), "b2"), "b3");
    ASSERT_TRUE(guard_standing(Config(), third).tripped);
    Observed other_build = third;
    other_build.staged.modules.at(module("onload")).sha256 = "another";
    EXPECT_FALSE(guard_standing(Config(), other_build).tripped);
    EXPECT_EQ(armed_guard(Config(), other_build).attempts, 1U);
    Observed other_kernel = third;
    other_kernel.kernel = "5.14.0-570.el9.x86_64";
    EXPECT_FALSE(guard_standing(Config(), other_kernel).tripped);
    Config other_parameter;
    other_parameter.driver.parameters[module("sfc")] = {{"performance_profile", "auto"}};
    EXPECT_FALSE(guard_standing(other_parameter, third).tripped);
}

TEST(Guard, OneThatCannotBeReadKeepsTheInTreeDriver) {
    Observed node = booting_node();
    node.guard_problem = "guard.toml: damaged";
    const Plan plan = make_plan(Config(), node, {});
    EXPECT_EQ(plan.code, ReasonCode::guard);
    EXPECT_NE(plan.reason.find("guard.toml: damaged"), std::string::npos);
}

TEST(Guard, DoesNotSpeakAgainstADriverThatIsOn) {
    Observed node = after_a_dead_boot(after_a_dead_boot(booting_node(), "b2"), "b3");
    for (const auto& [name, file] : node.staged.modules) {
        node.loaded.insert_or_assign(name, fixture::loaded_module(file));
    }
    EXPECT_NE(make_plan(Config(), node, {}).code, ReasonCode::guard);
}

}  // namespace
}  // namespace onload_node
