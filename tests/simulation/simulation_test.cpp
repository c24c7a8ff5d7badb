// SPDX-License-Identifier: BSD-2-Clause
// Every history that the house promises anything about, with the real plan, inverses and executor
// on the node in memory; or, where that takes too long, all with one event and a sample of those
// with two:
//   SIMULATION_ONE_IN=16 SIMULATION_SEED=1 simulation_test
#include "explorer.hpp"

#include <cctype>
#include <cstdio>
#include <map>
#include <string>

#include <gtest/gtest.h>

namespace onload_node::simulation {
namespace {

constexpr std::size_t shown = 3;

class Simulation : public testing::TestWithParam<Start> {};

using Counts = std::map<std::string, int>;

Counts& totals() {
    static Counts counts;
    return counts;
}

std::string text_of(const Counts& counts) {
    std::string text;
    for (const auto& [kind, count] : counts) {
        text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + kind;
    }
    return text;
}

void tell(const Explorer& explorer, const Start& start) {
    for (const auto& [kind, count] : explorer.counts()) {
        totals()[kind] += count;
    }
    std::printf(
        "%s: %s; ending in %zu different nodes; %zu violations\n",
        start.name.c_str(),
        text_of(explorer.counts()).c_str(),
        explorer.endings(),
        explorer.violations().size()
    );
}

class TellTotals : public testing::Environment {
public:
    void SetUp() override {
        if (extent().one_in > 1) {
            std::printf(
                "one in %u of the histories with two events: SIMULATION_SEED=%u\n",
                extent().one_in,
                extent().seed
            );
        }
    }

    void TearDown() override { std::printf("histories: %s\n", text_of(totals()).c_str()); }
};

// GoogleTest owns it.
const auto* const tell_totals = testing::AddGlobalTestEnvironment(new TellTotals);

TEST_P(Simulation, StrandsNobodyAndLeavesNothingHalfDone) {
    Explorer explorer(GetParam(), Sample(extent(), GetParam().name));
    explorer.without_fault();
    explorer.failures();
    explorer.stops();
    if (GetParam().coldplug_pending) {
        explorer.late_coldplug();
    }
    tell(explorer, GetParam());
    EXPECT_GT(explorer.counts().at("two failures"), 0);
    EXPECT_GT(explorer.counts().at("two stops"), 0);
    for (std::size_t i = 0; i < explorer.violations().size() && i < shown; ++i) {
        ADD_FAILURE() << explorer.violations()[i];
    }
    EXPECT_EQ(explorer.violations().size(), 0U);
}

std::string case_name(const testing::TestParamInfo<Start>& info) {
    std::string name;
    for (const char c : info.param.name) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
            name += c;
        }
    }
    return name;
}

INSTANTIATE_TEST_SUITE_P(Nodes, Simulation, testing::ValuesIn(starts()), case_name);

}  // namespace
}  // namespace onload_node::simulation
