// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/kernel_arguments.hpp"
#include "core/naming/port_names.hpp"
#include "core/planning/plan.hpp"
#include "unit/core/model/observed_fixture.hpp"

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
    EXPECT_FALSE(choose_names({}, all(node), node)[0].problem);
    EXPECT_TRUE(choose_names({}, all(node), node)[1].problem) << "ethN is nobody's to keep";
    node.loaded.insert_or_assign(
        fixture::module("sfc"),
        fixture::loaded_module(node.staged.modules.at(fixture::module("sfc")))
    );
    EXPECT_TRUE(choose_names({}, all(node), node)[1].problem) << "under either driver";
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
    Observed unseen = node;
    unseen.functions[1].interfaces.clear();
    EXPECT_TRUE(worth_waiting_for(config, unseen.functions[1], unseen));
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

constexpr std::uint8_t nobody = 0x77;

MacAddress card(std::uint8_t number) {
    return {{0x00, 0x0f, 0x53, 0, 0, number}};
}

RememberedName
entry(unsigned slot, std::uint8_t number, const char* name, std::vector<std::string> also = {}) {
    return {fixture::port_address(slot), card(number), name, also};
}

/// Neither driver has come yet.
Observed unseen_ports() {
    Observed node = fixture::booting_node();
    for (auto& function : node.functions) {
        function.driver.clear();
        function.interfaces.clear();
    }
    return node;
}

NameRecord record_of(const Observed& node) {
    return updated_record(all(node), own_names(all(node), node), node);
}

TEST(RememberedNames, AreLearntFromWhatUdevHasGiven) {
    Observed node = fixture::booting_node();
    node.functions[0].interfaces.front().predictable = {"ens8f0", "enp59s0f0"};
    EXPECT_EQ(
        record_of(node), (NameRecord{entry(0, 0, "ens8f0", {"enp59s0f0"}), entry(1, 1, "ens8f1")})
    );
    node.functions[1].interfaces.front().initialised = false;
    EXPECT_EQ(record_of(node).size(), 1U) << "a name that is not final";
}

TEST(RememberedNames, AreNotLearntFromTheOutOfTreeDriverNorFromOurOwnFiles) {
    Observed node = fixture::booting_node();
    node.functions[0].interfaces.front().link_file = link_file_path(node.functions[0].address);
    EXPECT_EQ(record_of(node), NameRecord{entry(1, 1, "ens8f1")});
    node.loaded.insert_or_assign(
        fixture::module("sfc"),
        fixture::loaded_module(node.staged.modules.at(fixture::module("sfc")))
    );
    EXPECT_TRUE(record_of(node).empty());
}

TEST(RememberedNames, HoldWhereNoDriverHasCome) {
    Observed node = unseen_ports();
    EXPECT_TRUE(worth_waiting_for({}, node.functions[0], node));
    node.remembered = {entry(0, 0, "data0"), entry(1, 1, "data1")};
    EXPECT_FALSE(worth_waiting_for({}, node.functions[0], node));
    const auto chosen = choose_names({}, all(node), node);
    EXPECT_EQ(names_of(chosen), "data0 data1");
    EXPECT_EQ(chosen[1].mac, card(1)) << "the file matches the card that was there";
    EXPECT_EQ(record_of(node), node.remembered);
}

TEST(RememberedNames, ComeBeforeWhatUdevGivesNow) {
    Observed node = fixture::booting_node();
    node.remembered = {entry(0, 0, "data0")};
    EXPECT_EQ(names_of(choose_names({}, all(node), node)), "data0 ens8f1");
}

TEST(RememberedNames, GoWithTheCard) {
    Observed node = fixture::booting_node();
    node.remembered = {entry(0, 1, "data0"), entry(1, 0, "data1")};
    EXPECT_EQ(names_of(choose_names({}, all(node), node)), "data1 data0");
    EXPECT_EQ(record_of(node), (NameRecord{entry(0, 0, "data1"), entry(1, 1, "data0")}));
}

TEST(RememberedNames, GoToTheCardThatReplacesTheOld) {
    Observed node = fixture::booting_node();
    node.remembered = {entry(0, nobody, "data0")};
    EXPECT_EQ(names_of(choose_names({}, all(node), node)), "data0 ens8f1");
    EXPECT_EQ(record_of(node), (NameRecord{entry(0, 0, "data0"), entry(1, 1, "ens8f1")}));
}

TEST(RememberedNames, DoNotGoToANewCardWhileTheOldOneIsElsewhere) {
    Observed node = fixture::booting_node();
    // Card 1 was in slot 0 and had the name that udev now gives to the new card there.
    node.remembered = {entry(0, 1, "ens8f0")};
    EXPECT_EQ(names_of(choose_names({}, all(node), node)), "ens8f1 ens8f0")
        << "what it leaves behind";
    EXPECT_EQ(record_of(node), (NameRecord{entry(0, 0, "ens8f1"), entry(1, 1, "ens8f0")}));
}

TEST(RememberedNames, AreOfNoUseForAMacThatTwoPortsHave) {
    Observed node = fixture::booting_node();
    node.functions[1].interfaces.front().permanent_mac = card(0);
    node.remembered = {entry(0, 0, "data0"), entry(1, nobody, "data1")};
    EXPECT_EQ(names_of(choose_names({}, all(node), node)), "data0 data1") << "the slot decides";
    node.remembered.erase(node.remembered.begin());
    EXPECT_EQ(names_of(choose_names({}, all(node), node)), "ens8f0 data1");
}

TEST(RememberedNames, OfCardsThatAreAwayStayUntilTheirPlaceIsTaken) {
    Observed node = fixture::booting_node();
    node.remembered = {entry(5, nobody, "away0")};
    EXPECT_EQ(record_of(node).size(), 3U);
    node.remembered = {entry(5, nobody, "ens8f1")};
    EXPECT_EQ(record_of(node).size(), 2U) << "its name";
}

TEST(RememberedNames, CurrentMacsDoNotCount) {
    Observed node = fixture::booting_node();
    // The members of a bond share one, also when they have changed places.
    node.functions[0].interfaces.front().mac = card(1);
    node.remembered = {entry(0, 1, "data0"), entry(1, 0, "data1")};
    EXPECT_EQ(names_of(choose_names({}, all(node), node)), "data1 data0");
}

TEST(AlternativeNames, KeepWhatNobodyElseHas) {
    NamesConfig config;
    config.policy = NamePolicy::sequential;
    Observed node = fixture::booting_node();
    node.functions[0].interfaces.front().predictable = {"ens8f0", "enp59s0f0", "eno1"};
    node.functions[1].interfaces.front().predictable = {"ens8f1", "sf0", "both"};
    auto chosen = choose_names(config, all(node), node);
    EXPECT_EQ(chosen[0].also, (std::vector<std::string>{"enp59s0f0", "ens8f0"}));
    EXPECT_EQ(chosen[1].also, (std::vector<std::string>{"both", "ens8f1"}));
    node.functions[0].interfaces.front().predictable.push_back("both");
    chosen = choose_names(config, all(node), node);
    EXPECT_EQ(chosen[1].also, std::vector<std::string>{"ens8f1"});
    const std::string content = link_file_content(chosen[0]);
    EXPECT_NE(
        content.find("\nAlternativeName=enp59s0f0\nAlternativeName=ens8f0\n"), std::string::npos
    );
    EXPECT_EQ(alternatives_in_link_file(content), chosen[0].also);
    EXPECT_EQ(name_in_link_file(content), "sf0");
}

TEST(OtherNamers, AFileThatGivesANameIsLeftInCharge) {
    Observed node = fixture::booting_node();
    for (const std::string file :
         {"/etc/systemd/network/10-admin.link", "/etc/systemd/network/98-nmstate.link"}) {
        node.functions[0].interfaces.front().link_file = file;
        node.functions[0].interfaces.front().link_gives =
            name_in_link_file("[Match]\nOriginalName=*\n[Link]\nName = ens8f0 \n");
        const auto chosen = choose_names({}, all(node), node);
        EXPECT_EQ(chosen[0].owner, file);
        EXPECT_EQ(chosen[0].name, "ens8f0");
        EXPECT_FALSE(chosen[0].problem);
        EXPECT_EQ(chosen[1].owner, "");
        EXPECT_EQ(
            fixture::steps_of(make_plan({}, node, {}), PhaseName::names).find("00.0.link"),
            std::string::npos
        );
    }
}

TEST(OtherNamers, SystemdsOwnFilesAreNobody) {
    Observed node = fixture::booting_node();
    for (const std::string file :
         {"/usr/lib/systemd/network/99-default.link",
          "/etc/systemd/network/99-default.link",
          "/usr/lib/systemd/network/73-usb-net-by-mac.link"}) {
        node.functions[0].interfaces.front().link_file = file;
        node.functions[0].interfaces.front().link_gives =
            name_in_link_file("[Match]\nOriginalName=*\n[Link]\nNamePolicy=keep "
                              "kernel\nAlternativeNamesPolicy=path\n");
        EXPECT_EQ(choose_names({}, all(node), node)[0].owner, "") << file;
    }
}

TEST(OtherNamers, AFileThatComesFirstAndGivesNoNameIsTold) {
    Observed node = fixture::booting_node();
    node.functions[0].interfaces.front().link_file = "/etc/systemd/network/10-mtu.link";
    node.functions[0].interfaces.front().link_gives = name_in_link_file("[Link]\nMTUBytes=9000\n");
    const auto chosen = choose_names({}, all(node), node);
    EXPECT_EQ(chosen[0].name, "");
    EXPECT_NE(chosen[0].reason.find("10-mtu.link comes before"), std::string::npos);
}

TEST(OtherNamers, ARuleIsLeftInCharge) {
    Observed node = fixture::booting_node();
    node.functions[0].interfaces.front().rule = "/etc/udev/rules.d/70-persistent.rules";
    const auto chosen = choose_names({}, all(node), node);
    EXPECT_EQ(chosen[0].owner, "/etc/udev/rules.d/70-persistent.rules");
    EXPECT_EQ(chosen[0].name, "ens8f0");
    NamesConfig numbered;
    numbered.policy = NamePolicy::sequential;
    EXPECT_EQ(names_of(choose_names(numbered, all(node), node)), "ens8f0 sf1")
        << "its number stays free";
}

TEST(OtherNamers, TheConfigurationWinsOverAFileThatComesLaterOnly) {
    Observed node = fixture::booting_node();
    NamesConfig config;
    config.ports = {written(fixture::port_address(0), "sf0")};
    auto& interface = node.functions[0].interfaces.front();
    interface.link_file = "/etc/systemd/network/98-nmstate.link";
    interface.link_gives = "x0";
    EXPECT_EQ(choose_names(config, all(node), node)[0].name, "sf0");
    EXPECT_EQ(choose_names(config, all(node), node)[0].owner, "");
    interface.link_file = "/etc/systemd/network/10-admin.link";
    interface.link_gives = "x0";
    const auto chosen = choose_names(config, all(node), node);
    EXPECT_EQ(chosen[0].name, "");
    EXPECT_NE(chosen[0].reason.find("config.toml:3:1"), std::string::npos) << chosen[0].reason;
    EXPECT_NE(chosen[0].reason.find("10-admin.link"), std::string::npos) << chosen[0].reason;
}

TEST(OtherNamers, AKernelArgumentIsKeptByAFileOfOurs) {
    Observed node = fixture::booting_node();
    node.named_by_argument =
        ifname_arguments("root=x ifname=boot0:00:0f:53:00:00:01 quiet ifname=a:b");
    ASSERT_EQ(node.named_by_argument.size(), 1U);
    const auto chosen = choose_names({}, all(node), node);
    EXPECT_EQ(chosen[1].name, "boot0");
    EXPECT_EQ(chosen[1].owner, "");
    node.named_by_argument = ifname_arguments("ifname=eth0:00:0f:53:00:00:01");
    EXPECT_NE(
        choose_names({}, all(node), node)[1].reason.find("belongs to the kernel"), std::string::npos
    );
}

TEST(OtherNamers, WhatARuleAssigns) {
    EXPECT_TRUE(rules_give_name("x\n SUBSYSTEM==\"net\", ATTR{address}==\"a\", NAME=\"t0\"\n", "t0")
    );
    EXPECT_TRUE(rules_give_name("NAME:=\"t0\"", "t0"));
    EXPECT_FALSE(rules_give_name("NAME==\"t0\", RUN+=\"x\"", "t0"));
    EXPECT_FALSE(rules_give_name("# NAME=\"t0\"", "t0"));
    EXPECT_FALSE(rules_give_name("ENV{ID_NET_NAME}=\"t0\", SYMLINK_NAME=\"t0\"", "t0"));
    EXPECT_FALSE(rules_give_name("NAME=\"t01\"", "t0"));
    EXPECT_FALSE(rules_give_name("NAME", "t0"));
}

TEST(Conflicts, OfTwoPortsForOneNameTheOneThatIsWrittenDownHasIt) {
    NamesConfig config;
    config.ports = {written(fixture::port_address(0), "ens8f1")};
    const Observed node = fixture::booting_node();
    const auto chosen = choose_names(config, all(node), node);
    EXPECT_EQ(names_of(chosen), "ens8f1 -");
    EXPECT_NE(
        chosen[1].reason.find("goes to 0000:3b:00.0 (configured at config.toml:3:1)"),
        std::string::npos
    ) << chosen[1].reason;
}

TEST(Conflicts, NamesThatChangePlacesAreNone) {
    NamesConfig config;
    config.ports = {
        written(fixture::port_address(0), "ens8f1"), written(fixture::port_address(1), "ens8f0")};
    const Observed node = fixture::booting_node();
    EXPECT_EQ(names_of(choose_names(config, all(node), node)), "ens8f1 ens8f0");
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
        "# Written by onload-node: the port keeps its name whichever driver "
        "carries it.\n"
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
