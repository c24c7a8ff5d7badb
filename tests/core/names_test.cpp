// SPDX-License-Identifier: BSD-2-Clause
#include "core/observed_fixture.hpp"
#include "core/port_names.hpp"

#include <gtest/gtest.h>

namespace onload_node {
namespace {

std::vector<const NetworkFunction*> all(const Observed& node) {
    std::vector<const NetworkFunction*> functions;
    for (const auto& function : node.functions) {
        functions.push_back(&function);
    }
    return functions;
}

PortName written(std::variant<PciAddress, MacAddress> match, std::string_view name) {
    return {match, InterfaceName::parse(name).value(), {"config.toml", 3, 1}};
}

std::string names_of(const std::vector<ChosenName>& chosen) {
    std::string text;
    for (const auto& port : chosen) {
        text += (text.empty() ? "" : " ") + (port.name.empty() ? "-" : port.name);
    }
    return text;
}

TEST(ChooseNames, PreservesWhatUdevHasGiven) {
    const Observed node = fixture::booting_node();
    EXPECT_EQ(names_of(choose_names({}, all(node), node)), "ens8f0 ens8f1");
}

TEST(ChooseNames, DoesNotPreserveANameThatIsNotFinal) {
    Observed node = fixture::booting_node();
    node.functions[0].interfaces.front().initialised = false;
    node.functions[1].interfaces.front().name = "eth1";
    EXPECT_EQ(names_of(choose_names({}, all(node), node)), "- -");
}

TEST(ChooseNames, PreservesWhatThisBootBeganWithOverWhatThereIsNow) {
    Observed node = fixture::booting_node();
    const auto chosen = choose_names({}, all(node), node);
    node.generated_files[link_file_path(node.functions[0].address)] = link_file_content(chosen[0]);
    node.functions[0].interfaces.front().name = "renamed";
    EXPECT_EQ(names_of(choose_names({}, all(node), node)), "ens8f0 ens8f1");
}

TEST(ChooseNames, DoesNotPreserveWhatTheOutOfTreeDriverWasNamed) {
    Observed node = fixture::booting_node();
    const auto chosen = choose_names({}, all(node), node);
    node.loaded.insert_or_assign(
        fixture::module("sfc"),
        fixture::loaded_module(node.staged.modules.at(fixture::module("sfc")))
    );
    EXPECT_EQ(names_of(choose_names({}, all(node), node)), "- -");
    node.generated_files[link_file_path(node.functions[0].address)] = link_file_content(chosen[0]);
    EXPECT_EQ(names_of(choose_names({}, all(node), node)), "ens8f0 -");
    node.functions[1].interfaces.front().link_file = link_file_path(node.functions[1].address);
    EXPECT_EQ(names_of(choose_names({}, all(node), node)), "ens8f0 ens8f1") << "its file was lost";
}

TEST(ChooseNames, NumbersByAddress) {
    NamesConfig config;
    config.policy = NamePolicy::sequential;
    config.prefix = "port";
    const Observed node = fixture::booting_node();
    EXPECT_EQ(names_of(choose_names(config, all(node), node)), "port0 port1");
}

TEST(ChooseNames, WhatIsWrittenDownWinsUnderEveryPolicy) {
    const Observed node = fixture::booting_node();
    for (const auto policy :
         {NamePolicy::preserve,
          NamePolicy::sequential,
          NamePolicy::explicit_only,
          NamePolicy::off}) {
        NamesConfig config;
        config.policy = policy;
        config.ports = {written(fixture::port_address(1), "trading")};
        EXPECT_EQ(choose_names(config, all(node), node).at(1).name, "trading");
    }
}

TEST(ChooseNames, TheSequenceStepsOverNamesThatAreWrittenDown) {
    NamesConfig config;
    config.policy = NamePolicy::sequential;
    config.ports = {written(fixture::port_address(1), "sf0")};
    const Observed node = fixture::booting_node();
    EXPECT_EQ(names_of(choose_names(config, all(node), node)), "sf1 sf0");
}

TEST(ChooseNames, FindsAPortByItsMac) {
    NamesConfig config;
    config.policy = NamePolicy::explicit_only;
    config.ports = {written(MacAddress{{0x00, 0x0f, 0x53, 0, 0, 1}}, "sf9")};
    const Observed node = fixture::booting_node();
    EXPECT_EQ(names_of(choose_names(config, all(node), node)), "- sf9");
    EXPECT_TRUE(needs_interfaces(config));
}

TEST(ChooseNames, LeavesTheNamesOfOthersToThem) {
    NamesConfig config;
    config.policy = NamePolicy::sequential;
    Observed node = fixture::booting_node();
    node.other_interfaces.insert("sf1");
    const auto chosen = choose_names(config, all(node), node);
    EXPECT_EQ(names_of(chosen), "sf0 -");
    EXPECT_NE(chosen[1].reason.find("another interface"), std::string::npos);
}

TEST(ChooseNames, OffLeavesEverythingToUdev) {
    NamesConfig config;
    config.policy = NamePolicy::off;
    const Observed node = fixture::booting_node();
    EXPECT_TRUE(choose_names(config, all(node), node).empty());
}

TEST(LinkFile, MatchesTheSlotAndForPreservedNamesTheCard) {
    const Observed node = fixture::booting_node();
    const auto preserved = choose_names({}, all(node), node);
    EXPECT_EQ(
        link_file_path(node.functions[1].address),
        "/run/systemd/network/71-onload-node-0000:3b:00.1.link"
    );
    EXPECT_EQ(
        link_file_content(preserved[1]),
        "# Written by onload-node: the port keeps its name whichever driver carries it.\n"
        "[Match]\nPath=pci-0000:3b:00.1\nPermanentMACAddress=00:0f:53:00:00:01\n"
        "\n[Link]\nName=ens8f1\nAlternativeNamesPolicy=\n"
    );
    NamesConfig config;
    config.policy = NamePolicy::sequential;
    EXPECT_EQ(
        link_file_content(choose_names(config, all(node), node)[0]).find("PermanentMACAddress"),
        std::string::npos
    );
}

}  // namespace
}  // namespace onload_node
