// SPDX-License-Identifier: BSD-2-Clause
#include "app/inspect/cpu_placement.hpp"
#include "unit/core/model/observed_fixture.hpp"

#include <gtest/gtest.h>

namespace onload_node::cpu_placement_test {
namespace {

CpuPlacement
placement(const std::string& isolated, const CpuSet& interrupts, const CpuSet& server) {
    CpuPlacement made;
    made.isolated = parse_cpu_list(isolated);
    made.interrupts = {{"ens8f0", interrupts}};
    made.server = server;
    return made;
}

TEST(CpuPlacement, ComplainsOfInterruptsOnIsolatedProcessors) {
    const auto complaints = isolation_complaints(placement("2-7", {0, 3, 4}, {}));
    ASSERT_EQ(complaints.size(), 1U);
    EXPECT_TRUE(complaints[0].starts_with("interrupts of ens8f0 come to isolated CPUs (3-4)"));
    EXPECT_TRUE(isolation_complaints(placement("2-7", {0, 1}, {})).empty());
    EXPECT_TRUE(isolation_complaints(placement("", {0, 1}, {0})).empty());
}

TEST(CpuPlacement, ComplainsOfAServerThatHasNoOthers) {
    EXPECT_TRUE(isolation_complaints(placement("2-7", {}, {0, 1, 2})).empty());
    const auto complaints = isolation_complaints(placement("2-7", {}, {2, 3}));
    ASSERT_EQ(complaints.size(), 1U);
    EXPECT_TRUE(complaints[0].starts_with("onload_cp_server may run on isolated CPUs only (2-3)"));
}

}  // namespace
}  // namespace onload_node::cpu_placement_test
