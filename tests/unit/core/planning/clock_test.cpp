// SPDX-License-Identifier: BSD-2-Clause
#include "core/planning/clock_port.hpp"
#include "core/planning/clock_retry.hpp"
#include "unit/core/model/observed_fixture.hpp"

#include <gtest/gtest.h>

namespace onload_node {

namespace {

using fixture::booting_node;

Observed node_with(std::vector<Link> links) {
    Observed node = booting_node();
    node.links = std::move(links);
    node.sfptpd = SfptpdConfig{true, {}};
    return node;
}

std::string port_of(const Observed& node, const std::string& wish) {
    Config config;
    config.time.port = wish;
    const auto port = clock_port(config, node);
    return port ? *port : "error: " + port.error().message;
}

TEST(ClockPort, TheFirstPortWithCarrierAndAddress) {
    EXPECT_EQ(
        port_of(node_with({{"ens8f0", true, true}, {"ens8f1", true, true}}), "first"), "ens8f0"
    );
    EXPECT_EQ(
        port_of(node_with({{"ens8f0", false, true}, {"ens8f1", true, true}}), "first"), "ens8f1"
    );
    EXPECT_EQ(
        port_of(node_with({{"ens8f0", true, false}, {"ens8f1", true, true}}), "first"), "ens8f1"
    );
}

TEST(ClockPort, WhatIsMadeOfThePortCountsAsThePort) {
    EXPECT_EQ(
        port_of(
            node_with(
                {{"bond0", true, false, {"bond0.7"}},
                 {"bond0.7", true, true},
                 {"ens8f0", true, false, {"bond0"}}}
            ),
            "first"
        ),
        "bond0.7"
    );
    EXPECT_EQ(
        port_of(
            node_with({{"a", true, false, {"ens8f0"}}, {"ens8f0", true, false, {"a"}}}), "first"
        )
            .substr(0, 6),
        "error:"
    ) << "a loop ends";
}

TEST(ClockPort, NoPortIsAnErrorOnlyWhereOneIsNeeded) {
    Observed node = node_with({{"ens8f0", true, false}, {"eno1", true, true}});
    EXPECT_EQ(
        port_of(node, "first"),
        "error: no Solarflare port has carrier and an address (time.port = \"first\")"
    );
    node.sfptpd->needs_port = false;
    EXPECT_EQ(port_of(node, "first"), "");
    EXPECT_EQ(port_of(node, ""), "");
}

TEST(ClockPort, ByNameAndByAddress) {
    const Observed node = node_with({{"bond0", false, false}, {"ens8f1", true, false}});
    EXPECT_EQ(port_of(node, "bond0"), "bond0") << "sfptpd itself says what it lacks";
    EXPECT_EQ(port_of(node, "bond1"), "error: there is no interface bond1 (time.port)");
    EXPECT_EQ(port_of(node, "0000:3b:00.1"), "ens8f1");
    EXPECT_EQ(
        port_of(node, "0000:3b:00.7"), "error: there is no interface at 0000:3b:00.7 (time.port)"
    );
}

TEST(ClockPort, TellsWhichNamedInterfacesAreMissing) {
    Observed node = booting_node();
    EXPECT_EQ(clock_port_complaint(Config(), node), "") << "no configuration of sfptpd";
    node.sfptpd = SfptpdConfig{false, {"ens8f1", "eno1", "sf0"}};
    EXPECT_EQ(
        clock_port_complaint(Config(), node),
        "/etc/sfptpd.conf names sf0, which this node does not have"
    );
    Config sequential;
    sequential.names.policy = NamePolicy::sequential;
    EXPECT_EQ(clock_port_complaint(sequential, node), "") << "a port is to get this name";
}

TEST(ClockRetry, ThePauseGrowsUpToTheLongest) {
    Observed node;
    node.uptime = 100;
    std::vector<std::int64_t> pauses;
    for (int failures = 0; failures < 6; ++failures) {
        node.clock_fallback = clock_given_back(node, std::chrono::minutes(10));
        pauses.push_back(node.clock_fallback->next - node.uptime);
        EXPECT_EQ(node.clock_fallback->since, node.uptime);
        node.uptime = node.clock_fallback->next + 20;
    }
    EXPECT_EQ(pauses, (std::vector<std::int64_t>{60, 120, 240, 480, 600, 600}));
    node.uptime += 691;
    EXPECT_EQ(clock_given_back(node, std::chrono::minutes(10)).tries, 0) << "it has run well since";
}

TEST(ClockRetry, AShortLongestPauseIsKept) {
    Observed node;
    EXPECT_EQ(clock_given_back(node, std::chrono::seconds(5)).next, 5);
    EXPECT_EQ(clock_given_back(node, Milliseconds(1)).next, 1);
}

class ClockMoves : public testing::Test {
protected:
    ClockMoves() {
        node.units["sfptpd.service"].active_state = "failed";
        node.uptime = 50;
        node.clock_fallback = ClockFallback{10, 70, 0, ""};
    }

    [[nodiscard]] ClockMove move() const { return clock_move(Config(), node); }

    Observed node = node_with({{"ens8f0", true, true}});
};

TEST_F(ClockMoves, WaitsForItsTime) {
    EXPECT_EQ(move(), ClockMove::wait);
    node.uptime = 70;
    EXPECT_EQ(move(), ClockMove::retry);
}

TEST_F(ClockMoves, ATryWithoutProspectsIsNotMade) {
    node.uptime = 70;
    node.links.front().addressed = false;
    EXPECT_EQ(move(), ClockMove::wait) << "chronyd is not disturbed for nothing";
    node.links.front().addressed = true;
    node.sfptpd = SfptpdConfig{false, {"bond0"}};
    EXPECT_EQ(move(), ClockMove::wait);
}

TEST_F(ClockMoves, WhatWasMissingIsTriedAtOnce) {
    node.clock_fallback->waits_for = "no port";
    EXPECT_EQ(move(), ClockMove::retry);
}

TEST_F(ClockMoves, EndsOnceTheTimeDaemonHasTheClockOrNobodyFellBack) {
    node.units["sfptpd.service"].active_state = "active";
    EXPECT_EQ(move(), ClockMove::none);
    node.units["sfptpd.service"].active_state = "failed";
    node.clock_fallback.reset();
    EXPECT_EQ(move(), ClockMove::none);
}

TEST_F(ClockMoves, GivesBackWhatAFailedFallbackHasLeft) {
    node.generated_files[std::string(paths::time_marker)] = "";
    EXPECT_EQ(move(), ClockMove::give_back);
    node.units["sfptpd.service"].active_state = "inactive";
    EXPECT_EQ(move(), ClockMove::none) << "a stop is respected";
}

}  // namespace

}  // namespace onload_node
