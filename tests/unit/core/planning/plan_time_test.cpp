// SPDX-License-Identifier: BSD-2-Clause
#include "core/planning/plan.hpp"
#include "unit/core/model/observed_fixture.hpp"

#include <gtest/gtest.h>

namespace onload_node {

namespace {

/// An active node after its boot: sfptpd keeps the clock, chronyd is held back by the marker.
class PlanTime : public testing::Test {
protected:
    PlanTime() {
        node.network_started = true;
        daemon().active_state = "active";
        chronyd().job_pending = false;
        node.generated_files[std::string(paths::time_marker)] = "";
    }

    UnitState& daemon() { return node.units["sfptpd.service"]; }

    UnitState& chronyd() { return node.units["chronyd.service"]; }

    /// Sfptpd has failed, and chronyd keeps the clock.
    void fall_back() {
        daemon().active_state = "failed";
        chronyd().active_state = "active";
        node.generated_files.clear();
    }

    [[nodiscard]] std::string steps(ClockRequest request = ClockRequest::as_configured) const {
        std::string text;
        for (const auto& phase : make_plan(config, node, {.clock = request}).phases) {
            if (phase.name == PhaseName::time) {
                for (const auto& planned : phase.steps) {
                    text += (text.empty() ? "" : "; ") + key(planned.step);
                }
            }
        }
        return text;
    }

    Config config;
    Observed node = fixture::booting_node();
};

const std::string given_back = "remove sfptpd-keeps-time; start chronyd.service";

TEST_F(PlanTime, TheMarkerAloneHoldsChronydBack) {
    EXPECT_EQ(steps(), "") << "no mask is wanted once the network is up";
    node.network_started = false;
    EXPECT_EQ(steps(), "mask chronyd.service");
    config.time.mask = MaskClock::never;
    EXPECT_EQ(steps(), "");
    node.network_started = true;
    config.time.mask = MaskClock::always;
    EXPECT_EQ(steps(), "mask chronyd.service");
}

TEST_F(PlanTime, WhatDoesNotHeedTheMarkerIsMaskedAndNotStarted) {
    chronyd().heeds_marker = false;
    EXPECT_EQ(steps(), "mask chronyd.service");
    chronyd().job_pending = true;
    EXPECT_EQ(steps(), "stop chronyd.service; mask chronyd.service");
}

TEST_F(PlanTime, AUnitInEtcOutranksAMaskInRun) {
    config.time.mask = MaskClock::always;
    chronyd().fragment = "/etc/systemd/system/chronyd.service";
    EXPECT_EQ(steps(), "");
}

TEST_F(PlanTime, AFailedDaemonGivesTheClockBack) {
    daemon().active_state = "failed";
    EXPECT_EQ(steps(), given_back);
    chronyd().file_state = "masked-runtime";
    EXPECT_EQ(steps(), "remove sfptpd-keeps-time; unmask chronyd.service; start chronyd.service");
    chronyd().file_state = "disabled";
    EXPECT_EQ(steps(), given_back) << "it is the only clock there is";
    chronyd().file_state = "masked";
    EXPECT_EQ(steps(), "remove sfptpd-keeps-time") << "an administrator does not want it";
}

TEST_F(PlanTime, ADisabledUnitIsPassedOverForOneThatIsEnabled) {
    config.time.displace = {"chronyd.service", "ntpd.service"};
    node.units["ntpd.service"] = {"ntpd.service", "loaded", "inactive", "enabled", false};
    chronyd().file_state = "disabled";
    daemon().active_state = "failed";
    EXPECT_EQ(steps(), "remove sfptpd-keeps-time; start ntpd.service");
}

TEST_F(PlanTime, AfterTheFallbackNothingIsLeftToDo) {
    fall_back();
    EXPECT_EQ(steps(), "");
    chronyd().active_state = "inactive";
    EXPECT_EQ(steps(), "start chronyd.service");
}

TEST_F(PlanTime, ARetryTakesTheClockAgain) {
    fall_back();
    EXPECT_EQ(
        steps(ClockRequest::retry),
        "stop chronyd.service; write sfptpd-keeps-time; start sfptpd.service"
    );
    daemon().active_state = "active";
    EXPECT_EQ(steps(ClockRequest::give_back), "") << "a daemon that runs keeps the clock";
}

TEST_F(PlanTime, AStoppedDaemonIsStartedByApplyAndGivenUpOnRequest) {
    daemon().active_state = "inactive";
    EXPECT_EQ(steps(), "start sfptpd.service");
    EXPECT_EQ(steps(ClockRequest::give_back), given_back);
}

TEST_F(PlanTime, ACardThatGoesLeavesTheClock) {
    node.functions.clear();
    EXPECT_EQ(steps(), "stop sfptpd.service; " + given_back);
    EXPECT_EQ(make_plan(config, node, {}).goal, State::idle);
    daemon().active_state = "inactive";
    EXPECT_EQ(steps(), given_back);
    node.units_problem = "PID 1 does not answer";
    EXPECT_EQ(steps(), "") << "nobody knows who keeps it";
}

TEST_F(PlanTime, AReturnThatGotNoFurtherThanTheMarkerIsFinished) {
    node.functions.clear();
    node.generated_files.clear();
    daemon().active_state = "inactive";
    EXPECT_EQ(steps(), "start chronyd.service");
    chronyd().job_pending = true;
    EXPECT_EQ(steps(), "") << "as at each boot without a card";
    chronyd().job_pending = false;
    chronyd().file_state = "disabled";
    EXPECT_EQ(steps(), "") << "somebody else keeps the clock";
    chronyd().file_state = "enabled";
    daemon().active_state = "active";
    EXPECT_EQ(steps(), "") << "somebody has started it";
}

TEST_F(PlanTime, SoDoesADriverThatGoes) {
    node.staged.present = false;
    EXPECT_EQ(steps(), "stop sfptpd.service; " + given_back);
}

TEST_F(PlanTime, ADaemonThatCannotStartTakesNothing) {
    for (const auto* const file_state : {"masked", "masked-runtime"}) {
        daemon().file_state = file_state;
        daemon().active_state = "inactive";
        EXPECT_EQ(steps(), given_back) << file_state;
    }
    daemon().load_state = "not-found";
    EXPECT_EQ(steps(), given_back);
}

TEST_F(PlanTime, AdvisesOfAnInterfaceThatTheNodeDoesNotHave) {
    node.sfptpd = SfptpdConfig{false, {"sf0"}};
    const std::vector<std::string> note = {
        "/etc/sfptpd.conf names sf0, which this node does not have"};
    EXPECT_EQ(make_plan(config, node, {}).notes, note);
    config.time.daemon.clear();
    EXPECT_TRUE(make_plan(config, node, {}).notes.empty()) << "no daemon of ours reads it";
}

}  // namespace

}  // namespace onload_node
