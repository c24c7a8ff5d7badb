// SPDX-License-Identifier: BSD-2-Clause
#include "system/devices/hardware_message.hpp"

#include <gtest/gtest.h>

namespace onload_node {
namespace {

const MacAddress mac{{0, 0x0f, 0x53, 0, 0, 1}};

PciAddress address(std::uint8_t place) {
    return {0, 0x3b, 0, place};
}

NetworkFunction told(std::uint8_t place) {
    NetworkFunction function;
    function.address = address(place);
    function.driver = "sfc";
    function.driver_override = "vfio-pci";
    function.modalias = "pci:v00001924";
    function.virtual_functions = 3;
    function.representors = {"ens8f0pf0vf0", "ens8f0pf0vf1"};
    Interface interface;
    interface.name = "ens8f0";
    interface.permanent_mac = mac;
    interface.predictable = {"ens8f0", ""};
    function.interfaces = {interface};
    return function;
}

std::string message_of(NetworkFunction function) {
    ToldHardware told;
    told.found.functions.push_back(std::move(function));
    return onload_node::message_of(told);
}

TEST(HardwareMessage, TellsEverything) {
    ToldHardware rest;
    rest.found.interfaces = {"ens8f0", "lo"};
    rest.found.alternative_names = {{"ens8f0", "enp0s8f0"}};
    rest.links = {{"ens8f0", true, false}};
    rest.details = {"X252", "7", 1, "p0", {"trade0"}};
    const auto read =
        read_hardware(message_of(told(1)) + message_of(told(0)) + onload_node::message_of(rest));
    ASSERT_EQ(read.found.functions.size(), 2U);
    EXPECT_EQ(read.found.functions[0].address, address(0)) << "in their order";
    const auto& function = read.found.functions[1];
    EXPECT_EQ(function.driver, "sfc");
    EXPECT_EQ(function.modalias, "pci:v00001924");
    EXPECT_EQ(function.physical_function, std::nullopt);
    EXPECT_EQ(function.driver_override, "vfio-pci");
    EXPECT_EQ(function.virtual_functions, 3U);
    EXPECT_EQ(function.representors.at(1), "ens8f0pf0vf1");
    EXPECT_EQ(function.interfaces.at(0).permanent_mac, mac);
    EXPECT_EQ(function.interfaces.at(0).predictable.at(0), "ens8f0");
    EXPECT_EQ(read.found.interfaces.at(1), "lo");
    EXPECT_EQ(read.found.alternative_names.at(0).second, "enp0s8f0");
    EXPECT_TRUE(read.links.at(0).carrier);
    EXPECT_EQ(read.details.also.at(0), "trade0");
    EXPECT_EQ(read.details.numa_node, 1);
}

TEST(HardwareMessage, WhatIsToldAgainReplacesWhatWasTold) {
    auto first = told(0);
    first.hung = true;
    const auto read = read_hardware(message_of(first) + message_of(told(0)));
    ASSERT_EQ(read.found.functions.size(), 1U);
    EXPECT_FALSE(read.found.functions[0].hung);
}

TEST(HardwareMessage, APartThatIsCutOffCountsForNothing) {
    const auto whole = message_of(told(0));
    const auto messages = whole + message_of(told(1));
    for (std::size_t length = whole.size(); length < messages.size(); ++length) {
        const auto read = read_hardware(std::string_view(messages).substr(0, length));
        EXPECT_EQ(read.found.functions.size(), 1U) << length;
    }
}

}  // namespace
}  // namespace onload_node
