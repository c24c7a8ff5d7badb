// SPDX-License-Identifier: BSD-2-Clause
#include "core/reporting/cdi.hpp"
#include "unit/core/model/observed_fixture.hpp"

#include <gtest/gtest.h>

namespace onload_node {
namespace {

/// A node on which Onload runs, version 9.8.7 of it.
Report active(Origin origin = Origin::out_of_tree) {
    Report report;
    const Observed node = fixture::booting_node();
    ReportedModule onload{
        fixture::loaded_module(node.staged.modules.at(fixture::module("onload"))), ""};
    onload.module.origin = origin;
    onload.module.version = "9.8.7";
    report.modules = {onload};
    report.devices = {"/dev/onload", "/dev/sfc_char"};
    return report;
}

std::string spec_of(const Report& report, const UserLibraries& libraries) {
    const auto spec = cdi_spec(report, libraries);
    EXPECT_TRUE(spec.has_value());
    return spec.value_or("");
}

TEST(Cdi, PreloadsInOneDeviceAndNotInTheOther) {
    const auto spec = spec_of(active(), {true, false, "9.8.7"});
    const std::string plain =
        R"({"name": "onload", "containerEdits": {"deviceNodes": [{"path": "/dev/onload"}, {"path": "/dev/sfc_char"}]}})";
    EXPECT_NE(spec.find(plain), std::string::npos) << spec;
    EXPECT_NE(
        spec.find(R"("env": ["LD_PRELOAD=/opt/onload/usr/lib64/libonload.so"])"), std::string::npos
    ) << spec;
    EXPECT_EQ(spec.find(R"("name": "command")"), std::string::npos) << spec;
}

TEST(Cdi, OffersTheCommandWhereTheNodeHasIt) {
    const auto spec = spec_of(active(), {true, true, ""});
    EXPECT_NE(spec.find(R"("containerPath": "/usr/bin/onload")"), std::string::npos) << spec;
}

TEST(Cdi, OffersNothingWithoutOnloadItsDeviceOrItsLibraries) {
    const UserLibraries there{true, true, "9.8.7"};
    EXPECT_EQ(spec_of(Report(), there), "");
    EXPECT_EQ(spec_of(active(Origin::in_tree), there), "");
    EXPECT_EQ(spec_of(active(), {false, true, "9.8.7"}), "");
    auto without_device = active();
    without_device.devices.clear();
    EXPECT_EQ(spec_of(without_device, there), "");
}

TEST(Cdi, RefusesLibrariesOfAnotherVersionThanTheModules) {
    const auto spec = cdi_spec(active(), {true, true, "9.8.6"});
    ASSERT_FALSE(spec.has_value());
    EXPECT_EQ(spec.error().code, ErrorCode::mismatch);
    EXPECT_NE(spec.error().message.find("9.8.6"), std::string::npos) << spec.error().message;
    EXPECT_NE(spec.error().message.find("9.8.7"), std::string::npos) << spec.error().message;
}

}  // namespace
}  // namespace onload_node
