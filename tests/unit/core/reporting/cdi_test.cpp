// SPDX-License-Identifier: BSD-2-Clause
#include "core/reporting/cdi.hpp"
#include "unit/core/model/observed_fixture.hpp"

#include <gtest/gtest.h>

namespace onload_node {
namespace {

/// A node on which Onload runs, version 9.8.7 of it, with its libraries.
Observed active(Origin origin = Origin::out_of_tree) {
    Observed node = fixture::booting_node();
    const auto name = fixture::module("onload");
    auto onload = fixture::loaded_module(node.staged.modules.at(name));
    onload.origin = origin;
    onload.version = "9.8.7";
    node.loaded.insert_or_assign(name, onload);
    node.devices = {"/dev/onload", "/dev/sfc_char"};
    node.libraries = {"/opt/onload/9.8.7-1a", "9.8.7", true, false, ""};
    return node;
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(Cdi, PreloadsInOneDeviceAndNotInTheOther) {
    const auto offer = cdi_offer(active());
    EXPECT_EQ(offer.problem, "");
    EXPECT_FALSE(offer.withheld);
    const std::string plain =
        R"({"name": "onload", "containerEdits": {"deviceNodes": [{"path": "/dev/onload"}, {"path": "/dev/sfc_char"}]}})";
    EXPECT_TRUE(has(offer.spec, plain)) << offer.spec;
    EXPECT_TRUE(has(offer.spec, R"("env": ["LD_PRELOAD=/opt/onload/usr/lib64/libonload.so"])"))
        << offer.spec;
    EXPECT_FALSE(has(offer.spec, R"("name": "command")")) << offer.spec;
}

TEST(Cdi, GivesTheFolderOfTheLibrariesUnderTheNameThatNeverChanges) {
    auto node = active();
    node.libraries.command = true;
    const auto spec = cdi_offer(node).spec;
    EXPECT_TRUE(has(
        spec,
        R"("hostPath": "/opt/onload/9.8.7-1a/usr/lib64", "containerPath": "/opt/onload/usr/lib64")"
    )) << spec;
    EXPECT_TRUE(has(
        spec,
        R"("hostPath": "/opt/onload/9.8.7-1a/usr/bin/onload", "containerPath": "/usr/bin/onload")"
    )) << spec;
}

TEST(Cdi, OffersNothingWithoutOnloadItsDeviceOrItsLibraries) {
    auto without_device = active();
    without_device.devices.clear();
    auto without_libraries = active();
    without_libraries.libraries.present = false;
    for (const auto& node :
         {Observed(), active(Origin::in_tree), without_device, without_libraries}) {
        const auto offer = cdi_offer(node);
        EXPECT_EQ(offer.spec, "");
        EXPECT_NE(offer.problem, "");
        EXPECT_FALSE(offer.withheld) << "nobody has to act: " << offer.problem;
    }
}

TEST(Cdi, WithholdsLibrariesOfAnotherVersionThanTheModules) {
    auto node = active();
    node.libraries.version = "9.8.6";
    const auto offer = cdi_offer(node);
    EXPECT_EQ(offer.spec, "");
    EXPECT_TRUE(offer.withheld);
    EXPECT_TRUE(has(offer.problem, "9.8.6") && has(offer.problem, "9.8.7")) << offer.problem;
    node.libraries.version = "";
    EXPECT_NE(cdi_offer(node).spec, "") << "they do not tell";
}

TEST(Cdi, WithholdsLibrariesThatContainersMayNotRead) {
    auto node = active();
    node.libraries.denied = "SELinux says no";
    const auto offer = cdi_offer(node);
    EXPECT_EQ(offer.spec, "");
    EXPECT_TRUE(offer.withheld);
    EXPECT_EQ(offer.problem, "SELinux says no");
}

}  // namespace
}  // namespace onload_node
