// SPDX-License-Identifier: BSD-2-Clause
#include "app/inspect/oddities.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace onload_node {
namespace {

using Lines = std::vector<std::string>;

CollectedTexts healthy() {
    return {
        {"status.json",
         "{\n    \"modules\" : [\n        {\n            \"name\" : \"sfc\",\n            "
         "\"origin\" : \"out-of-tree\"\n        },\n        {\n            \"name\" : \"onload\",\n"
         "            \"origin\" : \"out-of-tree\"\n        }\n    ],\n    \"reason_code\" : "
         "\"as-wanted\",\n    \"state\" : \"active\",\n    \"time\" : {\n        \"state\" : "
         "\"failed\"\n    }\n}\n"},
        {"failed-units.txt", "  UNIT LOAD ACTIVE SUB DESCRIPTION\n0 loaded units listed.\n"},
        {"kernel.txt",
         "12:00 host kernel: sfc: loading out-of-tree module taints kernel.\n"
         "12:01 host kernel: sfc 0000:08:00.0 sf0: link up at 10000Mbps full-duplex\n"
         "12:02 host kernel: ata1: softreset failed\n"},
        {"kernel-of-the-boot-before.txt", ""},
        {"clocks.txt", "sfptpd.service loaded active running Clock\n"},
        {"journal.txt", "12:00 host onload-node[1]: active\n"},
        {"port-sf0-nmcli.txt", "GENERAL.DEVICE:sf0\nGENERAL.CONNECTION:sf0\n"},
        {"port-sf0-udev.txt", "E: ID_NET_NAME_PATH=enp8s0f0\nE: INTERFACE=sf0\n"},
    };
}

std::string only_oddity(const CollectedTexts& texts) {
    const auto odd = find_oddities(texts);
    EXPECT_EQ(odd.size(), 1U);
    return odd.empty() ? "" : odd.front();
}

void replace(std::string& text, const std::string& old, const std::string& with) {
    text.replace(text.find(old), old.size(), with);
}

TEST(Oddities, AHealthyNodeHasNone) {
    EXPECT_EQ(find_oddities(healthy()), Lines());
}

TEST(Oddities, AStateThatIsNotActive) {
    auto texts = healthy();
    replace(texts["status.json"], "\"state\" : \"active\"", "\"state\" : \"in-tree\"");
    replace(texts["status.json"], "as-wanted", "guard");
    EXPECT_EQ(only_oddity(texts), "the node is in-tree (guard): onload-node reasons guard");
    texts["status.json"].clear();
    EXPECT_TRUE(only_oddity(texts).starts_with("status --json tells no state"));
}

TEST(Oddities, ModulesOfBothTrees) {
    auto texts = healthy();
    replace(texts["status.json"], "out-of-tree", "in-tree");
    EXPECT_EQ(
        only_oddity(texts), "in-tree and out-of-tree modules are mixed: sfc in-tree, onload not"
    );
}

TEST(Oddities, FailedUnitsOfOurs) {
    auto texts = healthy();
    texts["failed-units.txt"] = "* onload-node-confirm.service loaded failed failed Confirm\n"
                                "* cups.service loaded failed failed Printing\n";
    EXPECT_EQ(
        only_oddity(texts),
        "onload-node-confirm.service has failed: systemctl status onload-node-confirm.service"
    );
}

TEST(Oddities, WhatTheKernelComplainsOf) {
    for (const std::string line :
         {"sfc 0000:08:00.0: MC command 0x8 timed out",
          "[onload] ERROR: no license",
          "BUG: unable to handle page fault for address: 0",
          "INFO: task modprobe:12 blocked for more than 122 seconds."}) {
        auto texts = healthy();
        texts["kernel.txt"] += line + "\n" + line + "\n";
        EXPECT_EQ(
            only_oddity(texts),
            "the kernel of this boot complains, 2 lines in kernel.txt, first: " + line
        );
        texts = healthy();
        texts["kernel-of-the-boot-before.txt"] = line;
        EXPECT_TRUE(only_oddity(texts).starts_with("the kernel of the last boot complains, 1 lines")
        );
    }
}

TEST(Oddities, AModuleThatTheKernelHasNoKeyForIsNoComplaint) {
    auto texts = healthy();
    texts["kernel.txt"] += "sfc: module verification failed: signature and/or required key missing "
                           "- tainting kernel\n";
    EXPECT_TRUE(only_oddity(texts).starts_with("the kernel has no key for our modules"));
}

TEST(Oddities, AConfigurationThatCannotBeRead) {
    auto texts = healthy();
    replace(texts["status.json"], "as-wanted", "config");
    EXPECT_EQ(only_oddity(texts), "the node is active (config): onload-node reasons config");
}

TEST(Oddities, PortsAreThoseThatNicsNames) {
    EXPECT_EQ(
        ports_of("{ \"interface\" : \"sf0\",\n \"interface\" : \"\",\n \"interface\" : "
                 "\"-f\", \"interface\" : \"a/b\", \"interface\" : \"ens8f1np1\"}"),
        (Lines{"sf0", "ens8f1np1"})
    );
    std::string many;
    for (int i = 0; i < 100; ++i) {
        many += "\"interface\" : \"sf" + std::to_string(i) + "\"";
    }
    EXPECT_EQ(ports_of(many).size(), 64U);
}

TEST(Oddities, APortThatNetworkManagerKnowsByAnotherName) {
    auto texts = healthy();
    replace(texts["port-sf0-nmcli.txt"], "CONNECTION:sf0", "CONNECTION:enp8s0f0");
    EXPECT_EQ(
        only_oddity(texts),
        "NetworkManager runs sf0 by the connection enp8s0f0, which is another name of that port"
    );
}

TEST(Oddities, AClockThatNobodyKeeps) {
    auto texts = healthy();
    texts["clocks.txt"] = "chronyd.service loaded inactive dead NTP\n";
    EXPECT_TRUE(only_oddity(texts).starts_with("nobody keeps the clock"));
    texts.erase("clocks.txt");
    EXPECT_EQ(find_oddities(texts), Lines()) << "it is not known";
}

TEST(Oddities, AJournalWithoutEntries) {
    for (const std::string text : {"", "-- No entries --\n", "No journal files were found.\n"}) {
        auto texts = healthy();
        texts["journal.txt"] = text;
        EXPECT_TRUE(only_oddity(texts).starts_with("the journal of this boot is empty"));
    }
}

TEST(Oddities, TextsThatAreCutOffAnywhere) {
    const auto all = healthy();
    for (const auto& [name, text] : all) {
        for (std::size_t size = 0; size < text.size(); ++size) {
            auto texts = all;
            texts[name].resize(size);
            EXPECT_LE(find_oddities(texts).size(), 2U) << name << " " << size;
        }
    }
}

}  // namespace
}  // namespace onload_node
