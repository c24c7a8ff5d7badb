// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/onload.hpp"
#include "system/devices/pci_drivers.hpp"
#include "system/files/file_bytes.hpp"
#include "system/host/host.hpp"
#include "unit/system/files/temporary_directory.hpp"
#include "unit/system/processes/patience.hpp"

#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace onload_node {
namespace {

const std::string hold(onload::hold_driver);
const std::string devices = "/sys/bus/pci/devices/";
const std::string first = "0000:3b:00.0";
const std::string second = "0000:3b:00.1";

PciAddress address(const std::string& text) {
    return PciAddress::parse(text).value();
}

/// Files stand in for sysfs: they keep what was written last, and refuse nothing.
class PciDriversTest : public testing::Test {
protected:
    void SetUp() override {
        for (const auto& function : {first, second}) {
            root_.put(devices + function + "/driver_override", "(null)\n");
        }
        root_.put("/sys/module/sfc/drivers/pci:sfc/bind", "");
        root_.put("/sys/module/sfc/drivers/auxiliary:sfc.onload/bind", "");
    }

    std::string now(const std::string& path) const {
        return read_text_file(root_.path(path)).value_or("unreadable");
    }

    std::string override_of(const std::string& function) const {
        return now(devices + function + "/driver_override");
    }

    const std::vector<PciAddress> both_{address(first), address(second)};
    const std::vector<ModuleName> sfc_{ModuleName::parse("sfc").value()};
    fixture::TemporaryDirectory root_;
    PciDrivers drivers_{root_.path()};
};

TEST_F(PciDriversTest, HoldsAndReleases) {
    ASSERT_TRUE(drivers_.hold(both_));
    EXPECT_EQ(override_of(first).substr(0, hold.size()), hold);
    EXPECT_EQ(override_of(second).substr(0, hold.size()), hold);
    // The kernel replaces the whole value; a file keeps its end.
    root_.put(devices + first + "/driver_override", hold + "\n");
    ASSERT_TRUE(drivers_.release({address(first)}));
    EXPECT_EQ(override_of(first)[0], '\n');
}

TEST_F(PciDriversTest, LeavesTheOverrideOfOthers) {
    root_.put(devices + first + "/driver_override", "vfio-pci\n");
    ASSERT_TRUE(drivers_.release(both_));
    EXPECT_EQ(override_of(first), "vfio-pci\n");
    ASSERT_TRUE(drivers_.bind({address(first)}, sfc_, fixture::patience));
    EXPECT_EQ(override_of(first), "vfio-pci\n");
}

TEST_F(PciDriversTest, SaysWhichFunctionCannotBeHeld) {
    const auto held = drivers_.hold({address("0000:3b:00.7")});
    ASSERT_FALSE(held);
    EXPECT_NE(held.error().message.find("0000:3b:00.7/driver_override"), std::string::npos);
    EXPECT_TRUE(drivers_.release({address("0000:3b:00.7")})) << "one that is gone is let go";
}

TEST_F(PciDriversTest, BindsToThePciDriverOfTheModule) {
    ASSERT_TRUE(drivers_.bind({address(second)}, sfc_, fixture::patience));
    EXPECT_EQ(now("/sys/module/sfc/drivers/pci:sfc/bind"), second);
    EXPECT_EQ(now("/sys/module/sfc/drivers/auxiliary:sfc.onload/bind"), "");
}

TEST_F(PciDriversTest, NamesEveryFunctionThatNoDriverTook) {
    const auto bound =
        drivers_.bind(both_, {ModuleName::parse("onload").value()}, fixture::patience);
    ASSERT_FALSE(bound);
    EXPECT_EQ(bound.error().code, ErrorCode::io);
    EXPECT_NE(bound.error().message.find(first + ": no staged driver takes it"), std::string::npos);
    EXPECT_NE(bound.error().message.find(second + ": no staged driver"), std::string::npos);
}

TEST_F(PciDriversTest, DoesNotWaitForAFunctionThatHangs) {
    const auto path = root_.path(devices + second + "/driver_override");
    std::filesystem::remove(path);
    ASSERT_EQ(::mkfifo(path.c_str(), 0644), 0) << "its writer waits, as for a device's lock";
    Result<void> done;
    fixture::with_growing_limit([&](Milliseconds limit) {
        done = PciDrivers(root_.path(), limit).hold(both_);
        return override_of(first).substr(0, hold.size()) == hold;
    });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::hung);
    EXPECT_NE(done.error().message.find(second), std::string::npos) << done.error().message;
    EXPECT_EQ(override_of(first).substr(0, hold.size()), hold) << "the other is held";
}

TEST(SystemKernel, SetsASettingAndSetsItBackOnlyOverItsOwn) {
    const fixture::TemporaryDirectory root;
    SystemKernel kernel(root.path());
    const auto now = [&] { return read_text_file(root.path("/proc/sys/kernel/panic")).value(); };
    root.put("/proc/sys/kernel/panic", "0\n");
    ASSERT_TRUE(kernel.set("kernel.panic", "5", ""));
    EXPECT_EQ(now(), "5\n");
    ASSERT_TRUE(kernel.set("kernel.panic", "0", "5"));
    EXPECT_EQ(now(), "0\n");
    root.put("/proc/sys/kernel/panic", "9\n");
    ASSERT_TRUE(kernel.set("kernel.panic", "0", "5"));
    EXPECT_EQ(now(), "9\n") << "an administrator has set it since";
    EXPECT_FALSE(kernel.set("kernel.nothing", "1", ""));
}

}  // namespace
}  // namespace onload_node
