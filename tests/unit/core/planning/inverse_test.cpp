// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/paths.hpp"
#include "core/planning/inverse.hpp"
#include "unit/core/model/observed_fixture.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace onload_node {
namespace {

using fixture::booting_node;
using fixture::module;

std::string keys_of(const std::vector<Step>& steps) {
    std::string text;
    for (const auto& step : steps) {
        text += (text.empty() ? "" : "; ") + key(step);
    }
    return text;
}

TEST(Inverse, UnloadingTheDriverIsTakenBackByTheInTreeOneWithAllItNeeds) {
    const auto steps = inverse(UnloadModule{module("sfc")}, booting_node());
    EXPECT_EQ(keys_of(steps), "load mdio; load mtd; load sfc; bind functions; await ports");
    const auto& load = std::get<LoadModule>(steps.at(2));
    EXPECT_EQ(load.origin, Origin::in_tree);
    EXPECT_TRUE(load.parameters.empty())
        << "the in-tree driver may refuse parameters of the other one";
}

TEST(Inverse, UnloadingWhatTheKernelDoesNotHaveNeedsNoWayBack) {
    EXPECT_EQ(keys_of(inverse(UnloadModule{module("onload")}, booting_node())), "");
}

TEST(Inverse, LoadingIsTakenBackByUnloading) {
    const auto staged =
        inverse(LoadModule{module("sfc"), Origin::out_of_tree, "", "", "", {}}, booting_node());
    EXPECT_FALSE(std::get<UnloadModule>(staged.at(0)).tolerate_use);
    const auto in_tree =
        inverse(LoadModule{module("mdio"), Origin::in_tree, "", "", "", {}}, booting_node());
    EXPECT_TRUE(std::get<UnloadModule>(in_tree.at(0)).tolerate_use)
        << "the in-tree driver is back by then and uses it";
}

TEST(Inverse, AFileComesBackAsItWasAndUdevIsTold) {
    Observed node = booting_node();
    const std::string path = "/run/systemd/network/71-onload-node-0000:3b:00.0.link";
    EXPECT_EQ(
        keys_of(inverse(WriteLinkFile{path, "new"}, node)),
        "remove 71-onload-node-0000:3b:00.0.link; reload udev"
    );
    node.generated_files[path] = "old";
    for (const auto& steps :
         {inverse(WriteLinkFile{path, "new"}, node), inverse(RemoveLinkFile{path}, node)}) {
        EXPECT_EQ(std::get<WriteLinkFile>(steps.at(0)).content, "old");
        EXPECT_TRUE(std::holds_alternative<ReloadUdev>(steps.at(1)));
    }
}

TEST(Inverse, TheAutoloadRuleIsNeverPutBack) {
    Observed node = booting_node();
    node.generated_files[std::string(paths::autoload_rules)] = "left by a crash";
    EXPECT_TRUE(inverse(UnblockAutoload{}, node).empty());
}

TEST(Inverse, WhatWasLearntOfTheNamesStays) {
    EXPECT_TRUE(inverse(RememberNames{"names"}, booting_node()).empty());
}

TEST(Inverse, TheTimeMarkerGoesAndWhatItHeldBackAndWasEnabledIsStarted) {
    Observed node = booting_node();
    EXPECT_EQ(
        keys_of(inverse(WriteTimeMarker{}, node)), "remove sfptpd-keeps-time; start chronyd.service"
    );
    node.units["chronyd.service"].file_state = "disabled";
    EXPECT_EQ(keys_of(inverse(WriteTimeMarker{}, node)), "remove sfptpd-keeps-time");
}

TEST(Inverse, UnmaskingStartsWhatWasEnabled) {
    Observed node = booting_node();
    EXPECT_EQ(
        keys_of(inverse(MaskUnit{"chronyd.service"}, node)),
        "unmask chronyd.service; start chronyd.service"
    );
    node.units["chronyd.service"].file_state = "disabled";
    EXPECT_EQ(keys_of(inverse(MaskUnit{"chronyd.service"}, node)), "unmask chronyd.service");
}

TEST(Inverse, UnitsGoBackToWhatTheyWere) {
    EXPECT_EQ(keys_of(inverse(StartUnit{"sfptpd.service"}, booting_node())), "stop sfptpd.service");
    EXPECT_EQ(
        keys_of(inverse(StopUnit{"chronyd.service"}, booting_node())), "start chronyd.service"
    );
}

TEST(Inverse, GivingTheClockBackIsNotTakenBack) {
    Observed node = booting_node();
    node.units["chronyd.service"].file_state = "masked-runtime";
    node.generated_files[std::string(paths::time_marker)] = "sfptpd kept the time";
    EXPECT_EQ(keys_of(inverse(RemoveTimeMarker{}, node)), "");
    EXPECT_EQ(keys_of(inverse(UnmaskUnit{"chronyd.service"}, node)), "");
    EXPECT_EQ(keys_of(inverse(StartUnit{"chronyd.service", true}, node)), "");
}

TEST(Inverse, WhatTheAutoloadRuleMadeUdevPassOverIsLoaded) {
    Observed node = booting_node();
    const BlockAutoload rule{"rule"};
    EXPECT_EQ(keys_of(inverse(rule, node)), "remove 70-onload-node.rules; reload udev");
    node.loaded.clear();
    node.functions = {fixture::port(0, "", "")};
    const std::string steps = keys_of(inverse(rule, node));
    EXPECT_NE(steps.find("load sfc"), std::string::npos) << steps;
    EXPECT_NE(steps.find("await ports"), std::string::npos) << steps;
}

TEST(Inverse, PortsThatADriverInItsInitHadNotTakenYetAreBoundToThatDriver) {
    Observed node = booting_node();
    node.functions = {fixture::port(0, "", "")};
    const auto steps = inverse(BlockAutoload{"rule"}, node);
    EXPECT_EQ(keys_of(steps).find("load sfc"), std::string::npos) << "it is loaded";
    const auto bind = std::ranges::find_if(steps, [](const Step& step) {
        return std::holds_alternative<BindFunctions>(step);
    });
    ASSERT_NE(bind, steps.end());
    const auto& modules = std::get<BindFunctions>(*bind).modules;
    EXPECT_NE(std::ranges::find(modules, module("sfc")), modules.end());
}

}  // namespace
}  // namespace onload_node
