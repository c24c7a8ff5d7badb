// SPDX-License-Identifier: BSD-2-Clause
#include "core/naming/port_names.hpp"
#include "run/observe_parts.hpp"
#include "unit/core/model/observed_fixture.hpp"
#include "unit/run/memory_node.hpp"

#include <gtest/gtest.h>

namespace onload_node {
namespace {

using fixture::MemoryNode;

/// A port that udev has named, and what is in the files of its node.
class ObserveNamesTest : public testing::Test {
protected:
    ObserveNamesTest() {
        interface().link_file = "/usr/lib/systemd/network/99-default.link";
        interface().predictable = {"ens8f0", "enp59s0f0"};
    }

    Interface& interface() { return observed_.functions.front().interfaces.front(); }

    void put(const std::string& path, const std::string& content) {
        ASSERT_TRUE(node_.write(path, content));
    }

    const Interface& look() {
        observe_other_namers(observed_, node_);
        return interface();
    }

    MemoryNode node_{fixture::booting_node()};
    Observed observed_ = fixture::booting_node();
};

TEST_F(ObserveNamesTest, ReadsTheFileThatUdevHasApplied) {
    put("/etc/systemd/network/98-a.link", "[Link]\nName=a0\n");
    interface().link_file = "/etc/systemd/network/98-a.link";
    EXPECT_EQ(look().link_gives, "a0");
    interface().link_file = "/run/systemd/network/71-onload-node-0000:3b:00.0.link";
    put(interface().link_file, "[Link]\nName=ours\n");
    interface().link_gives.clear();
    EXPECT_EQ(look().link_gives, "") << "not our own";
}

TEST_F(ObserveNamesTest, ANameCountsOnlyWhereThePolicyOfTheFileGivesNone) {
    interface().link_file = "/etc/systemd/network/80-a.link";
    put(interface().link_file, "[Link]\nNamePolicy=path\nName=lan0\n");
    interface().name = "enp59s0f0";
    EXPECT_EQ(look().link_gives, "") << "the policy has given it";
    interface().name = "lan0";
    EXPECT_EQ(look().link_gives, "lan0") << "the policy gave none";
    put(interface().link_file, "[Link]\nNamePolicy=\nName=lan0\n");
    interface().name = "ens8f0";
    EXPECT_EQ(look().link_gives, "lan0") << "an empty policy is none";
}

TEST_F(ObserveNamesTest, DropInsOfTheFileCountAsTheFile) {
    interface().link_file = "/usr/lib/systemd/network/80-a.link";
    put(interface().link_file, "[Link]\nName=a0\n");
    put("/etc/systemd/network/80-a.link.d/20-b.conf", "[Link]\nName=b0\n");
    put("/run/systemd/network/80-a.link.d/10-c.conf", "[Link]\nName=c0\n");
    put("/etc/systemd/network/80-a.link.d/30-d.conf.rpmsave", "[Link]\nName=d0\n");
    EXPECT_EQ(look().link_gives, "b0");
    put("/usr/lib/systemd/network/80-a.link.d/90-e.conf", "[Link]\nNamePolicy=path\n");
    EXPECT_EQ(look().link_gives, "") << "now the policy gives the name";
    put("/etc/systemd/network/80-a.link.d/90-e.conf", "");
    EXPECT_EQ(look().link_gives, "b0") << "the file of that name in /etc counts";
}

TEST_F(ObserveNamesTest, LooksForARuleWhereTheNameIsAnotherThanUdevWouldGive) {
    put("/etc/udev/rules.d/70-a.rules", "NAME=\"trade0\"\n");
    put("/etc/udev/rules.d/70-b.rules.old", "NAME=\"trade1\"\n");
    EXPECT_EQ(look().rule, "") << "as udev would call it";
    interface().name = "trade0";
    EXPECT_EQ(look().rule, "/etc/udev/rules.d/70-a.rules");
    interface().name = "trade1";
    EXPECT_EQ(look().rule, "") << "no rules file";
    put("/etc/udev/rules.d/70-a.rules", "NAME=\"ens8f0\"\n");
    interface().name = "ens8f0";
    EXPECT_EQ(look().rule, "") << "udev would call it so by itself";
    interface().name = "sf0";
    interface().link_file = link_file_path(observed_.functions.front().address);
    interface().link_name = "sf0";
    put("/etc/udev/rules.d/70-a.rules", "NAME=\"sf0\"\n");
    EXPECT_EQ(look().rule, "") << "our own file gave it";
    interface().link_name = "sf1";
    EXPECT_EQ(look().rule, "/etc/udev/rules.d/70-a.rules");
}

TEST_F(ObserveNamesTest, DoesNotAskAboutAPortThatUdevHasNotHandled) {
    put("/etc/udev/rules.d/70-a.rules", "NAME=\"trade0\"\n");
    interface().name = "trade0";
    interface().initialised = false;
    EXPECT_EQ(look().rule, "");
}

}  // namespace
}  // namespace onload_node
