// SPDX-License-Identifier: BSD-2-Clause
#include "system/devices/udev.hpp"
#include "unit/system/devices/hardware_fixture.hpp"
#include "unit/system/processes/patience.hpp"

#include <chrono>
#include <cstdio>
#include <thread>

#include <gtest/gtest.h>

namespace onload_node::udev_test {
namespace {

using std::chrono::steady_clock;
using Strings = std::vector<std::string>;

const std::string first = "0000:08:00.0";
const std::string second = "0000:08:00.1";
constexpr Milliseconds long_limit = fixture::patience;

PortExpectation expect(const std::string& address, const std::string& name) {
    return {PciAddress::parse(address).value(), name};
}

class UdevDevicesTest : public testing::Test {
protected:
    UdevDevicesTest() {
        machine_.add_function(first);
        machine_.add_function(second);
        machine_.bind(first, "sfc");
        machine_.bind(second, "sfc");
    }

    std::vector<PortOutcome> await(const std::vector<PortExpectation>& ports, Milliseconds limit) {
        const auto begin = steady_clock::now();
        auto outcomes = devices_.await(ports, limit);
        waited_ = steady_clock::now() - begin;
        EXPECT_TRUE(outcomes) << outcomes.error().message;
        return outcomes.value_or(std::vector<PortOutcome>());
    }

    fixture::HardwareFixture machine_;
    UdevDevices devices_;
    steady_clock::duration waited_{};
};

TEST_F(UdevDevicesTest, ReturnsAtOnceWhenAllIsThere) {
    machine_.add_interface(first, "eth0");
    machine_.finish("eth0", "sf0");
    const auto outcomes = await({expect(first, "sf0")}, long_limit);
    ASSERT_EQ(outcomes.size(), 1U);
    EXPECT_EQ(outcomes[0].driver, "sfc");
    EXPECT_EQ(outcomes[0].interfaces, Strings{"sf0"});
    EXPECT_LT(waited_, long_limit);
}

TEST_F(UdevDevicesTest, ReturnsAtOnceWhenNothingIsExpected) {
    EXPECT_TRUE(await({}, long_limit).empty());
    EXPECT_LT(waited_, long_limit);
}

TEST_F(UdevDevicesTest, WakesWhenTheLastPortIsFinished) {
    machine_.add_interface(first, "eth0");
    machine_.add_interface(second, "eth1");
    machine_.finish("eth0", "sf0");
    std::thread udevd([&] {
        std::this_thread::sleep_for(Milliseconds(500));
        machine_.finish("eth1", "sf1");
    });
    const auto outcomes = await({expect(first, "sf0"), expect(second, "")}, long_limit);
    udevd.join();
    EXPECT_EQ(outcomes.at(1).interfaces, Strings{"sf1"});
    EXPECT_LT(waited_, long_limit);
}

TEST_F(UdevDevicesTest, TellsWhatIsThereAtTheLimit) {
    machine_.add_interface(first, "eth0");
    const auto outcomes = await({expect(first, ""), expect("0000:0a:00.0", "")}, Milliseconds(400));
    ASSERT_EQ(outcomes.size(), 2U);
    EXPECT_EQ(outcomes[0].driver, "sfc");
    EXPECT_TRUE(outcomes[0].interfaces.empty());
    EXPECT_EQ(outcomes[1].driver, "");
    EXPECT_GE(waited_, Milliseconds(400));
    EXPECT_LT(waited_, long_limit);
}

TEST_F(UdevDevicesTest, DoesNotWaitOutTheLimitForAnotherName) {
    machine_.add_interface(first, "eth0");
    machine_.finish("eth0", "ens8f0");
    const auto outcomes = await({expect(first, "sf0")}, long_limit);
    EXPECT_EQ(outcomes.at(0).interfaces, Strings{"ens8f0"});
    EXPECT_LT(waited_, long_limit);
}

TEST_F(UdevDevicesTest, WaitsForTheAddThatItTriggered) {
    machine_.add_interface(first, "eth0");
    machine_.finish("eth0", "ens8f0");
    ASSERT_TRUE(devices_.trigger_interfaces(PciAddress::parse(first).value()));
    EXPECT_EQ(machine_.requested_mark("ens8f0").size(), 36U);
    std::thread udevd([&] {
        // Longer than the wait for another name would be.
        std::this_thread::sleep_for(Milliseconds(1500));
        machine_.handle_request("ens8f0", "sf0");
    });
    const auto outcomes = await({expect(first, "sf0")}, long_limit);
    udevd.join();
    EXPECT_EQ(outcomes.at(0).interfaces, Strings{"sf0"});
    EXPECT_LT(waited_, long_limit);
}

TEST_F(UdevDevicesTest, GivesUpANameWhenTheTriggeredAddHasNotChangedIt) {
    machine_.add_interface(first, "eth0");
    machine_.finish("eth0", "ens8f0");
    ASSERT_TRUE(devices_.trigger_interfaces(PciAddress::parse(first).value()));
    machine_.handle_request("ens8f0", "ens8f0");
    const auto outcomes = await({expect(first, "sf0")}, long_limit);
    EXPECT_EQ(outcomes.at(0).interfaces, Strings{"ens8f0"});
    EXPECT_LT(waited_, long_limit);
}

TEST_F(UdevDevicesTest, TriggersTheInterfacesOfThatFunctionOnly) {
    machine_.add_interface(first, "eth0");
    machine_.add_interface(second, "eth1");
    ASSERT_TRUE(devices_.trigger_interfaces(PciAddress::parse(second).value()));
    EXPECT_EQ(machine_.requested_mark("eth0"), "");
    EXPECT_NE(machine_.requested_mark("eth1"), "");
    EXPECT_TRUE(devices_.trigger_interfaces(PciAddress::parse("0000:0a:00.0").value()));
}

}  // namespace
}  // namespace onload_node::udev_test

int main(int argc, char** argv) {
    if (!onload_node::fixture::HardwareFixture::preloaded()) {
        std::fputs(
            "run this below umockdev-wrapper: it must not see the devices of this machine\n", stderr
        );
        return 1;
    }
    if (!onload_node::fixture::HardwareFixture::isolate_run()) {
        std::fputs("cannot get a /run of our own: mount namespaces are forbidden here\n", stderr);
        return 1;
    }
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
