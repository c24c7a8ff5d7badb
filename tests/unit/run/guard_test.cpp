// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/paths.hpp"
#include "run/guard.hpp"
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

}  // namespace
}  // namespace onload_node::guard_test
