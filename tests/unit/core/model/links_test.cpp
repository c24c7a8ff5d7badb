// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/routes.hpp"
#include "core/model/links.hpp"
#include "unit/core/model/link_fixture.hpp"

#include <gtest/gtest.h>

namespace onload_node::links_test {
namespace {

using fixture::bare;
using fixture::routed;
using Names = std::vector<std::string_view>;

Link link(const std::string& name, std::vector<std::string> uppers = {}) {
    return {name, true, false, std::move(uppers)};
}

TEST(Routes, OnlyThoseWithoutADestinationAreDefaultRoutes) {
    EXPECT_EQ(
        default_routes("Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\n"
                       "sf1\t0000A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\n"
                       "sf0\t00000000\t0100A8C0\t0003\t0\t0\t100\t00000000\t0\n"),
        Names{"sf0"}
    );
    EXPECT_EQ(default_routes(""), Names{});
    EXPECT_EQ(default_routes("sf0\t00000000\n\n"), Names{}) << "a line that is cut off";
}

TEST(Routes, OfIpv6WithoutThatOfTheKernelThatRejects) {
    const std::string none(32, '0');
    EXPECT_EQ(
        default_routes_6(
            none + " 00 " + none +
            " 00 fe800000000000000000000000000001 00000400 1 0 00450003 sf0\n" + none + " 00 " +
            none + " 00 " + none + " 00000400 1 0 00000001 sf1\n" + none + " 00 " + none + " 00 " +
            none + " ffffffff 1 0 00200200 lo\n"
        ),
        (Names{"sf0", "sf1"})
    ) << "a route needs no next hop where all are on the link";
}

TEST(Links, ADefaultRouteGoesOverWhatIsBelowItsInterface) {
    const std::vector<Link> links = {
        link("sf0"), link("sf1", {"bond0"}), link("bond0", {"vlan7"}), routed(link("vlan7"))};
    EXPECT_FALSE(carries_default_route(links, "sf0"));
    EXPECT_TRUE(carries_default_route(links, "sf1"));
    EXPECT_TRUE(carries_default_route(links, "vlan7"));
    EXPECT_FALSE(carries_default_route(links, "sf9"));
}

TEST(Links, WhatOpenVswitchMakesOfItsPortsIsMadeOfAll) {
    const std::vector<Link> links = {
        link("sf0", {"ovs-system"}),
        link("sf1"),
        bare(link("ovs-system")),
        bare(link("br-ex", {"br-ex.7"})),
        routed(link("br-ex.7"))};
    EXPECT_TRUE(carries_default_route(links, "sf0"));
    EXPECT_FALSE(carries_default_route(links, "sf1"));
}

TEST(Links, ALoopOfInterfacesEnds) {
    EXPECT_EQ(with_uppers({link("a", {"b"}), link("b", {"a"})}, "a").size(), 2U);
}

}  // namespace
}  // namespace onload_node::links_test
