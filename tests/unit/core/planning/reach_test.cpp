// SPDX-License-Identifier: BSD-2-Clause
#include "core/planning/reach.hpp"
#include "unit/core/model/link_fixture.hpp"
#include "unit/core/model/observed_fixture.hpp"

#include <gtest/gtest.h>

namespace onload_node::reach_test {
namespace {

using fixture::bare;
using fixture::booting_node;
using fixture::routed;

/// Two ports, ens8f0 and ens8f1.
Observed node_with(std::vector<Link> links) {
    Observed node = booting_node();
    node.links = std::move(links);
    return node;
}

Link link(const std::string& name, bool carrier, std::vector<std::string> uppers = {}) {
    return {name, carrier, false, std::move(uppers)};
}

Reach reached(const Observed& node) {
    return reach_now(Config(), node);
}

std::string complaint(const Reach& before, const Observed& node) {
    return reach_complaint(before, Config(), node);
}

const Observed& good() {
    static const Observed node =
        node_with({routed(link("ens8f0", true)), link("ens8f1", true), link("eno1", false)});
    return node;
}

TEST(Reach, IsTheCarrierOfThePortsByTheirOwnAddress) {
    const Reach reach = reached(good());
    ASSERT_EQ(reach.size(), 2U);
    EXPECT_TRUE(reach[0].default_route);
    EXPECT_FALSE(reach[1].default_route);
    EXPECT_NE(reach[0].mac, reach[1].mac);
    EXPECT_EQ(reached(node_with({link("ens8f0", false)})), Reach{});
}

TEST(Reach, ABootWithoutAnyOfItIsNotGood) {
    const auto text =
        complaint(reached(good()), node_with({link("ens8f0", false), link("ens8f1", false)}));
    EXPECT_EQ(
        text,
        "no port has carrier, and there is no default route; in the last good boot ens8f0, ens8f1 "
        "had carrier"
    );
}

TEST(Reach, OneCableIsNoFailure) {
    EXPECT_EQ(
        complaint(reached(good()), node_with({link("ens8f0", false), link("ens8f1", true)})), ""
    );
}

TEST(Reach, ADefaultRouteOverAnyDeviceIsEnough) {
    const Reach before = reached(good());
    EXPECT_EQ(
        complaint(
            before,
            node_with({link("ens8f0", false), link("ens8f1", false), routed(link("eno1", true))})
        ),
        ""
    );
    EXPECT_NE(
        complaint(
            before,
            node_with({routed(link("ens8f0", false)), link("ens8f1", false), link("eno1", true)})
        ),
        ""
    ) << "a route over a dead link";
}

TEST(Reach, APortWithCarrierThatHadTheDefaultRouteAndHasNoneCarriesNothing) {
    const auto text =
        complaint(reached(good()), node_with({link("ens8f0", true), link("ens8f1", true)}));
    EXPECT_EQ(text.find("ens8f0 has carrier, but there is no default route"), 0U) << text;
}

TEST(Reach, NothingIsExpectedOfPortsThatHadNothing) {
    const auto dark = node_with({link("ens8f0", false), link("ens8f1", false)});
    EXPECT_EQ(complaint({}, dark), "");
    EXPECT_EQ(complaint({{MacAddress::parse("02:00:00:00:00:99").value(), true}}, dark), "")
        << "of a card that is no longer there";
    auto recabled = reached(good());
    recabled.erase(recabled.begin());
    EXPECT_EQ(complaint(recabled, node_with({link("ens8f0", true), link("ens8f1", false)})), "");
}

TEST(Reach, APortThatAPodHasIsReached) {
    auto node = node_with({link("ens8f0", false)});
    node.functions[1].interfaces.clear();
    EXPECT_EQ(complaint(reached(good()), node), "");
}

TEST(Reach, ARouteOverOpenVswitchIsAsGoodAsItsPorts) {
    const auto node = [](bool carrier) {
        return node_with(
            {link("ens8f0", carrier, {"bond0"}),
             link("ens8f1", false),
             link("bond0", carrier, {"ovs-system"}),
             bare(link("ovs-system", true)),
             routed(bare(link("br-ex", true)))}
        );
    };
    const Reach before = reached(node(true));
    ASSERT_EQ(before.size(), 1U);
    EXPECT_TRUE(before.front().default_route);
    EXPECT_EQ(complaint(before, node(true)), "");
    EXPECT_NE(complaint(before, node(false)), "");
}

}  // namespace
}  // namespace onload_node::reach_test
