// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/paths.hpp"
#include "run/guard.hpp"
#include "run/records.hpp"
#include "unit/core/model/observed_fixture.hpp"
#include "unit/run/memory_node.hpp"

#include <gtest/gtest.h>

namespace onload_node::guard_test {
namespace {

using fixture::MemoryNode;

const std::string path(paths::guard_file);

GuardRecord two_attempts() {
    return {{"sfc aa performance_profile=latency", "onload bb"}, "5.14", 2, "boot-2", false, ""};
}

Observed read(const MemoryNode& node) {
    Observed observed;
    read_guard(observed, node);
    return observed;
}

TEST(GuardFile, IsReadAsItWasWritten) {
    MemoryNode node(fixture::booting_node());
    EXPECT_FALSE(read(node).guard);
    EXPECT_EQ(read(node).guard_problem, "");
    ASSERT_TRUE(write_guard(node, two_attempts()));
    ASSERT_TRUE(read(node).guard);
    EXPECT_EQ(*read(node).guard, two_attempts());
}

TEST(GuardFile, EveryDamageIsAProblemAndNotAnEmptyGuard) {
    MemoryNode node(fixture::booting_node());
    ASSERT_TRUE(write_guard(node, two_attempts()));
    const std::string whole = node.files().at(path);
    for (std::size_t cut = 0; cut + 1 < whole.size(); ++cut) {
        ASSERT_TRUE(node.write(path, whole.substr(0, cut)));
        const auto observed = read(node);
        EXPECT_FALSE(observed.guard) << "cut at " << cut;
        EXPECT_NE(observed.guard_problem, "") << "cut at " << cut;
    }
    ASSERT_TRUE(node.write(path, std::string(whole).replace(whole.find("= 2"), 3, "= -2")));
    EXPECT_NE(read(node).guard_problem, "");
}

TEST(GuardFile, DisarmingTakesBackTheAttemptOfThisBootOnly) {
    MemoryNode node(fixture::booting_node());
    ASSERT_TRUE(write_guard(node, two_attempts()));
    ASSERT_TRUE(disarm_guard(node, "boot-9"));
    EXPECT_EQ(read(node).guard->attempts, 2U);
    ASSERT_TRUE(disarm_guard(node, "boot-2"));
    EXPECT_EQ(read(node).guard->attempts, 1U);
    EXPECT_EQ(read(node).guard->boot_id, "");
    ASSERT_TRUE(disarm_guard(node, "boot-2")) << "a second time";
    EXPECT_EQ(read(node).guard->attempts, 1U);
}

TEST(GuardFile, IsGoneWhenNothingIsLeftToRemember) {
    MemoryNode node(fixture::booting_node());
    GuardRecord record = two_attempts();
    record.attempts = 1;
    ASSERT_TRUE(write_guard(node, record));
    ASSERT_TRUE(disarm_guard(node, "boot-2"));
    EXPECT_FALSE(node.files().contains(path));
}

TEST(GuardFile, WhatHasTrippedStays) {
    MemoryNode node(fixture::booting_node());
    ASSERT_TRUE(write_guard(node, two_attempts()));
    ASSERT_TRUE(trip_guard(node, "sfc hangs"));
    ASSERT_TRUE(disarm_guard(node, "boot-2"));
    ASSERT_TRUE(read(node).guard);
    EXPECT_TRUE(read(node).guard->tripped);
    EXPECT_EQ(read(node).guard->reason, "sfc hangs");
}

TEST(GuardFile, AnOrderlyEndDoesNotTakeBackABootThatReachedNothing) {
    MemoryNode node(fixture::booting_node());
    ASSERT_TRUE(write_guard(node, two_attempts()));
    ASSERT_TRUE(mark_unreached(node, "boot-9", "no carrier"));
    EXPECT_EQ(*read(node).guard, two_attempts()) << "of another boot";
    ASSERT_TRUE(mark_unreached(node, "boot-2", "no carrier"));
    ASSERT_TRUE(mark_unreached(node, "boot-2", "no carrier")) << "counts once";
    EXPECT_EQ(read(node).guard->unreachable, 1U);
    ASSERT_TRUE(disarm_guard(node, "boot-2"));
    EXPECT_EQ(read(node).guard->attempts, 2U);
    EXPECT_EQ(read(node).guard->boot_id, "");
}

TEST(GuardFile, WhereTheInTreeDriverReachesNothingEitherOnlyDeathsAreLeft) {
    MemoryNode node(fixture::booting_node());
    ASSERT_TRUE(write_guard(node, two_attempts()));
    ASSERT_TRUE(mark_unreached(node, "boot-2", "no carrier"));
    ASSERT_TRUE(forgive_unreached(node));
    EXPECT_EQ(read(node).guard->attempts, 1U);
    EXPECT_EQ(read(node).guard->unreachable, 0U);
    GuardRecord record = two_attempts();
    record.unreachable = 2;
    ASSERT_TRUE(write_guard(node, record));
    ASSERT_TRUE(forgive_unreached(node));
    EXPECT_FALSE(node.files().contains(path));
    ASSERT_TRUE(forgive_unreached(node)) << "there is none";
}

TEST(GuardFile, OneOfAnEarlierVersionIsUnderstood) {
    MemoryNode node(fixture::booting_node());
    ASSERT_TRUE(write_guard(node, two_attempts()));
    std::string text = node.files().at(path);
    const auto line = text.find("unreachable");
    ASSERT_NE(line, std::string::npos);
    text.erase(line, text.find('\n', line) - line);
    ASSERT_TRUE(node.write(path, text));
    ASSERT_TRUE(read(node).guard) << read(node).guard_problem;
    EXPECT_EQ(*read(node).guard, two_attempts());
}

TEST(ReachFile, IsReadAsItWasWrittenAndADamagedOneExpectsNothing) {
    MemoryNode node(fixture::booting_node());
    const Reach reach = {
        {MacAddress::parse("02:00:00:00:00:01").value(), true},
        {MacAddress::parse("02:00:00:00:00:02").value(), false}};
    EXPECT_EQ(read_reach(node), Reach{});
    ASSERT_TRUE(write_reach(node, reach));
    EXPECT_EQ(read_reach(node), reach);
    ASSERT_TRUE(node.write(paths::reach_file, "02:00 = "));
    EXPECT_EQ(read_reach(node), Reach{});
}

}  // namespace
}  // namespace onload_node::guard_test
