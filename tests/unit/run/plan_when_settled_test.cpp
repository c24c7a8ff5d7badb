// SPDX-License-Identifier: BSD-2-Clause
#include "core/reporting/report.hpp"
#include "run/plan_when_settled.hpp"
#include "unit/core/model/observed_fixture.hpp"
#include "unit/run/memory_node.hpp"

#include <algorithm>
#include <memory>

#include <gtest/gtest.h>

namespace onload_node {
namespace {

using fixture::MemoryNode;

/// A boot for which nothing is staged, and in which udev has not come to the cards yet.
class PlanWhenSettledTest : public testing::Test {
protected:
    static Observed nothing_staged() {
        Observed node = fixture::booting_node();
        node.staged = {};
        node.loaded.clear();
        node.functions = {fixture::port(0, "", ""), fixture::port(1, "", "")};
        return node;
    }

    /// What `apply` would tell of the node that starts so.
    Report report_on(const Observed& start) {
        node_ = std::make_unique<MemoryNode>(start);
        node_->coldplug_before(1000);
        Observed observed = node_->observed();
        const auto look = [&] {
            observed = node_->observed();
            return Result<void>();
        };
        const auto plan = plan_when_settled({}, config_, observed, node_->access(), look);
        return make_report(config_, observed, plan.value(), {});
    }

    bool waited() const {
        return std::ranges::any_of(node_->history(), [](const std::string& what) {
            return what.find("waiting for the in-tree driver") != std::string::npos;
        });
    }

    Config config_;
    std::unique_ptr<MemoryNode> node_;
};

TEST_F(PlanWhenSettledTest, GivesUdevItsTimeToBindTheInTreeDriver) {
    const Report report = report_on(nothing_staged());
    EXPECT_EQ(report.state, State::in_tree);
    EXPECT_EQ(report.code, ReasonCode::no_tree);
    EXPECT_TRUE(waited());
}

TEST_F(PlanWhenSettledTest, GivesUdevItsTimeWhileItIsUnknownWhoseTheRecordsAre) {
    Observed start = fixture::booting_node();
    start.records_owner = RecordsOwner::undecided;
    report_on(start);
    EXPECT_TRUE(waited());
}

TEST_F(PlanWhenSettledTest, DoesNotWaitForAPortThatTheInTreeDriverDoesNotClaim) {
    Observed start = nothing_staged();
    start.functions.pop_back();
    start.functions.front().modalias = "pci:v00001924d00000B03sv";
    start.in_tree.at(fixture::module("sfc")).aliases = {"pci:v00001924d00000A03sv*"};
    EXPECT_EQ(report_on(start).state, State::failed);
    EXPECT_FALSE(waited());
}

/// As a card of a series that the kernel has no driver for, staged beside the others.
TEST_F(PlanWhenSettledTest, DoesNotWaitForTheNameOfAPortThatOnlyTheStagedDriverClaims) {
    Observed start = fixture::booting_node();
    start.functions.back() = fixture::port(1, "", "");
    start.functions.back().modalias = "pci:v000010EEd00005084sv";
    start.in_tree.at(fixture::module("sfc")).aliases = {"pci:v00001924*"};
    report_on(start);
    EXPECT_FALSE(waited());
    start.in_tree.at(fixture::module("sfc")).aliases = {"pci:v000010EE*"};
    start.loaded.clear();
    report_on(start);
    EXPECT_TRUE(waited()) << "udev may still bring the in-tree driver, and with it the name";
}

TEST_F(PlanWhenSettledTest, DoesNotWaitWhereItIsSwitchedOff) {
    Observed start = nothing_staged();
    start.boot_switch = BootSwitch::off;
    EXPECT_EQ(report_on(start).state, State::off);
    EXPECT_FALSE(waited());
}

}  // namespace
}  // namespace onload_node
