// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/sfptpd_config.hpp"

#include <gtest/gtest.h>

namespace onload_node {

namespace {

using Strings = std::vector<std::string>;

TEST(SfptpdConfig, AnInstanceWithoutAnInterfaceNeedsAPort) {
    const auto config =
        parse_sfptpd_config("[general]\nsync_module ptp ptp1\n[ptp1]\nptp_mode slave\n");
    EXPECT_TRUE(config.needs_port);
    EXPECT_EQ(config.interfaces, Strings{});
}

TEST(SfptpdConfig, TakesTheInterfaceOfTheInstanceOrOfItsType) {
    const auto config = parse_sfptpd_config(
        "[general]\nsync_module ptp ptp1 ptp2\nsync-module pps pps1\n"
        "[ptp]\n  interface bond0 # both\n[ptp2]\ninterface\tens8f1\n[pps1]\ninterface ens8f1\n"
    );
    EXPECT_FALSE(config.needs_port);
    EXPECT_EQ(config.interfaces, (Strings{"bond0", "ens8f1"}));
}

TEST(SfptpdConfig, WhatNeedsNoInterfaceDoesNotCount) {
    const auto config = parse_sfptpd_config(
        "[general]\nsync_module freerun fr1\nsync_module crny crny1\n[fr1]\ninterface system\n"
        "# interface sf0\n[unused]\ninterface sf1\n"
    );
    EXPECT_FALSE(config.needs_port);
    EXPECT_EQ(config.interfaces, Strings{});
}

TEST(SfptpdConfig, ADashIsAnUnderscoreAndRubbishIsNothing) {
    EXPECT_EQ(
        parse_sfptpd_config("[general]\nsync_module ptp ptp-1\n[ptp_1]\ninterface a\n").interfaces,
        Strings{"a"}
    );
    for (const auto* const text :
         {"", "[", "[]\n", "interface\n", "sync_module\nsync_module ptp", "\0"}) {
        EXPECT_FALSE(parse_sfptpd_config(text).needs_port) << text;
    }
}

}  // namespace

}  // namespace onload_node
