// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/paths.hpp"
#include "run/records.hpp"
#include "unit/core/model/observed_fixture.hpp"
#include "unit/run/memory_node.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace onload_node {
namespace {

ExecutionReport failed_with(ErrorCode code) {
    ExecutionReport execution;
    execution.failures.push_back(
        {PhaseName::driver, "unload sfc", {code, "sfc is in use"}, {"start chronyd: no"}}
    );
    execution.timings.push_back({"unload sfc", Milliseconds(10000), Milliseconds(4000)});
    execution.timings.push_back({"load sfc", Milliseconds(20), Milliseconds(14000)});
    return execution;
}

TEST(RunRecord, IsReadAsItWasWritten) {
    fixture::MemoryNode node(fixture::booting_node());
    const auto written = to_record(failed_with(ErrorCode::busy), "boot-1");
    ASSERT_TRUE(write_run_record(node, written));
    const auto read = read_run_record(node);
    EXPECT_EQ(read.boot_id, "boot-1");
    ASSERT_EQ(read.failures.size(), 1U);
    EXPECT_EQ(read.failures[0].phase, PhaseName::driver);
    EXPECT_EQ(
        read.failures[0].text,
        "unload sfc: sfc is in use; could not be taken back: start chronyd: no"
    );
    EXPECT_EQ(read.failures[0].code, ReasonCode::busy);
    auto sorted = written.timings_ms;
    std::ranges::sort(sorted);
    EXPECT_EQ(read.timings_ms, sorted);
    ASSERT_EQ(read.steps.size(), 2U);
    EXPECT_EQ(read.steps, written.steps);
    EXPECT_EQ(read.steps[0], (StepTime{"unload sfc", 4000, 10000}));
}

TEST(RunRecord, OfAnOlderVersionHasNoMomentsOfItsSteps) {
    fixture::MemoryNode node(fixture::booting_node());
    ASSERT_TRUE(node.write(
        paths::last_run, "boot-id = \"boot-1\"\ntook-ms = 7\n[timings]\n\"load sfc\" = 5\n"
    ));
    const auto read = read_run_record(node);
    EXPECT_EQ(read.took_ms, 7);
    EXPECT_EQ(read.timings_ms.size(), 1U);
    EXPECT_TRUE(read.steps.empty());
}

TEST(RunRecord, CallsAnythingButAUserOfTheDriverUndone) {
    EXPECT_EQ(to_record(failed_with(ErrorCode::io), "").failures[0].code, ReasonCode::undone);
}

TEST(RunRecord, ADamagedRecordIsNoRecord) {
    fixture::MemoryNode node(fixture::booting_node());
    ASSERT_TRUE(node.write(paths::last_run, "[failures\n"));
    EXPECT_TRUE(read_run_record(node).failures.empty());
}

}  // namespace
}  // namespace onload_node
