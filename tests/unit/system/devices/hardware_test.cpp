// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/paths.hpp"
#include "system/devices/hardware.hpp"
#include "system/devices/pci.hpp"
#include "system/files/files.hpp"
#include "unit/system/devices/hardware_fixture.hpp"
#include "unit/system/files/temporary_directory.hpp"
#include "unit/system/processes/patience.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace onload_node {
namespace {

using Strings = std::vector<std::string>;

const std::string first = "0000:08:00.0";
const std::string second = "0000:08:00.1";

std::vector<NetworkFunction> functions(Milliseconds limit = fixture::patience) {
    auto found = SystemHardware(limit).look();
    EXPECT_TRUE(found) << found.error().message;
    return found.value_or(DiscoveredHardware()).functions;
}

TEST(Hardware, FindsNothingOnAMachineWithoutCards) {
    const fixture::HardwareFixture machine;
    EXPECT_TRUE(functions().empty());
}

TEST(Hardware, TellsAllOfAFunction) {
    fixture::HardwareFixture machine;
    machine.add_function(first);
    machine.bind(first, "sfc");
    machine.add_interface(first, "eth7", true);
    const auto found = functions();
    ASSERT_EQ(found.size(), 1U);
    const NetworkFunction& function = found[0];
    EXPECT_EQ(function.address.to_string(), first);
    EXPECT_EQ(function.vendor, 0x1924);
    EXPECT_EQ(function.device, 0x0a03);
    EXPECT_EQ(function.subsystem_vendor, 0x1924);
    EXPECT_EQ(function.subsystem_device, 0x8022);
    EXPECT_EQ(function.driver, "sfc");
    EXPECT_EQ(function.driver_override, "");
    EXPECT_EQ(found[0].modalias, "pci:v00001924d00000A03sv00001924sd00008022bc02sc00i00");
    const std::string model = SystemHardware().model(function);
    EXPECT_NE(model.find("SFC9220"), std::string::npos) << model;
    ASSERT_EQ(function.interfaces.size(), 1U);
    EXPECT_EQ(function.interfaces[0].name, "eth7");
    EXPECT_EQ(function.interfaces[0].mac.to_string(), "00:0f:53:01:02:03");
    EXPECT_TRUE(function.interfaces[0].up);
    EXPECT_FALSE(function.interfaces[0].initialised);
    EXPECT_EQ(function.id_path, "pci-" + first);
}

TEST(Hardware, TakesFromUdevWhatUdevHasSet) {
    fixture::HardwareFixture machine;
    machine.add_function(first);
    machine.add_interface(first, "eth7");
    machine.finish("eth7", "sf0");
    const auto found = functions();
    ASSERT_EQ(found.size(), 1U);
    ASSERT_EQ(found[0].interfaces.size(), 1U);
    const Interface& interface = found[0].interfaces[0];
    EXPECT_EQ(interface.name, "sf0");
    EXPECT_FALSE(interface.up);
    EXPECT_TRUE(interface.initialised);
    EXPECT_EQ(interface.link_file, "/usr/lib/systemd/network/99-default.link");
    EXPECT_EQ(interface.link_name, "udevs0");
    EXPECT_EQ(interface.predictable, (Strings{"udevs0", "udevp0"}));
    EXPECT_EQ(found[0].id_path, "pci-from-udev");
}

TEST(Hardware, DoesNotTakeANameForFinalWhileUdevChangesIt) {
    fixture::HardwareFixture machine;
    machine.add_function(first);
    machine.add_interface(first, "eth7");
    machine.begin_rename("eth7");
    EXPECT_FALSE(functions().at(0).interfaces.at(0).initialised);
    machine.finish("eth7", "sf0");
    EXPECT_TRUE(functions().at(0).interfaces.at(0).initialised);
}

TEST(Hardware, SortsByAddressAndGivesEachItsOwnInterfaces) {
    fixture::HardwareFixture machine;
    machine.add_function(second);
    machine.add_function(first);
    machine.add_function("0000:09:00.0", "0x010802");
    machine.add_interface(second, "eth1");
    machine.add_interface(first, "eth0");
    machine.set_attribute(second, "driver_override", "vfio-pci");
    const auto found = functions();
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].address.to_string(), first);
    EXPECT_EQ(found[0].interfaces.at(0).name, "eth0");
    EXPECT_EQ(found[0].driver, "");
    EXPECT_EQ(found[1].interfaces.at(0).name, "eth1");
    EXPECT_EQ(found[1].driver_override, "vfio-pci");
}

TEST(Hardware, AFunctionThatHangsIsToldWithoutTheRestOfIt) {
    fixture::HardwareFixture machine;
    for (const auto& address : {first, second}) {
        machine.add_function(address);
        machine.bind(address, "sfc");
    }
    machine.add_interface(first, "eth0");
    machine.add_interface(second, "eth1");
    machine.hang(first);
    std::vector<NetworkFunction> found;
    fixture::with_growing_limit([&](Milliseconds limit) {
        found = functions(limit);
        return found.size() == 2 && !found[1].hung;
    });
    ASSERT_EQ(found.size(), 2U);
    EXPECT_TRUE(found[0].hung);
    EXPECT_EQ(found[0].driver, "sfc");
    EXPECT_EQ(found[0].subsystem_vendor, 0x1924);
    EXPECT_TRUE(found[0].interfaces.empty());
    EXPECT_FALSE(found[1].hung);
    EXPECT_EQ(found[1].interfaces.at(0).name, "eth1");
    const auto record = SystemFiles().read(paths::hung_functions).value_or("");
    EXPECT_EQ(record.substr(0, first.size() + 1), first + " ");
}

TEST(Hardware, CountsVirtualFunctions) {
    fixture::HardwareFixture machine;
    machine.add_function(first);
    machine.set_attribute(first, "sriov_numvfs", "4\n");
    EXPECT_EQ(functions().at(0).virtual_functions, 4U);
}

TEST(Hardware, NamesEveryInterface) {
    fixture::HardwareFixture machine;
    machine.add_function(first);
    machine.add_interface(first, "sf0");
    machine.add_virtual_interface("bond0");
    auto names = SystemHardware().look().value().interfaces;
    std::ranges::sort(names);
    EXPECT_EQ(names, (Strings{"bond0", "sf0"}));
}

TEST(Hardware, TellsAVirtualFunctionAndWhoseItIs) {
    fixture::HardwareFixture machine;
    machine.add_function(first);
    machine.add_function("0000:08:02.1");
    machine.make_virtual("0000:08:02.1", first);
    const auto found = functions();
    ASSERT_EQ(found.size(), 2U);
    EXPECT_FALSE(found[0].physical_function);
    EXPECT_EQ(found[1].physical_function, PciAddress::parse(first).value());
}

TEST(Hardware, AnInterfaceThatStandsForAVirtualFunctionIsNotThePorts) {
    fixture::HardwareFixture machine;
    machine.add_function(first);
    machine.add_interface(first, "eth0");
    machine.add_interface(first, "eth1");
    machine.set_port_name("eth0", "p0pf0vf1");
    machine.set_port_name("eth1", "p0");
    const auto found = functions();
    ASSERT_EQ(found.at(0).interfaces.size(), 1U);
    EXPECT_EQ(found[0].interfaces[0].name, "eth1");
    EXPECT_EQ(found[0].representors, Strings{"eth0"});
}

TEST(Hardware, AsksTheCardForItsNumbers) {
    fixture::HardwareFixture machine;
    machine.add_function(first);
    machine.add_interface(first, "eth0");
    machine.set_port_name("eth0", "p0");
    const FunctionDetails nothing = SystemHardware().details(functions().at(0));
    EXPECT_EQ(nothing.part, "");
    EXPECT_EQ(nothing.numa_node, -1);
    machine.set_attribute(first, "numa_node", "1\n");
    machine.set_bytes(
        first,
        "vpd",
        std::string(
            "\x90\x0b\0PN\x04X252SN\x01"
            "7\x78",
            16
        )
    );
    const FunctionDetails details = SystemHardware().details(functions().at(0));
    EXPECT_EQ(details.part, "X252");
    EXPECT_EQ(details.serial, "7");
    EXPECT_EQ(details.numa_node, 1);
    EXPECT_EQ(details.port, "p0");
}

TEST(PciNames, GiveNumbersForWhatPciIdsDoesNotKnow) {
    const fixture::HardwareFixture machine;
    const PciNames names;
    EXPECT_EQ(names.model({0xfffe, 0x0001, 0, 0}), "fffe:0001");
    // The card when it is known, its controller otherwise.
    const std::string card = names.model({0x1924, 0x0a03, 0x1924, 0x8022});
    const std::string controller = names.model({0x1924, 0x0a03, 0x1028, 0xfffe});
    EXPECT_NE(controller.find("SFC9220"), std::string::npos) << controller;
    EXPECT_NE(card, "1924:0a03");
}

TEST(PciNames, ADamagedPciIdsEndsNothing) {
    const fixture::HardwareFixture machine;
    const fixture::TemporaryDirectory directory;
    directory.put("/pci.ids", "1924  Solarflare\nno entry of this file\n");
    const PciNames names(directory.path("/pci.ids"));
    EXPECT_EQ(names.model({0x1924, 0x0a03, 0x1924, 0x8022}), "1924:0a03");
    EXPECT_EQ(names.model({0x1924, 0x0a03, 0, 0}), "1924:0a03");
}

}  // namespace
}  // namespace onload_node
