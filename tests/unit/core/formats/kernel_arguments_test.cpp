// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/kernel_arguments.hpp"

#include <gtest/gtest.h>

namespace onload_node {
namespace {

BootSwitch value_of(std::string_view command_line) {
    return boot_switch_from(command_line).value;
}

TEST(KernelArguments, TheLastSwitchCountsAndAnUnknownOneIsOff) {
    EXPECT_EQ(value_of("root=x quiet"), BootSwitch::normal);
    EXPECT_EQ(value_of("onload_node=plan\n"), BootSwitch::plan_only);
    EXPECT_EQ(value_of("onload_node=off onload_node=on"), BootSwitch::normal);
    EXPECT_EQ(value_of("onload_node=on\tonload_node=plam"), BootSwitch::off);
    EXPECT_EQ(value_of("onload_node="), BootSwitch::off);
    EXPECT_EQ(value_of("xonload_node=off"), BootSwitch::normal);
}

TEST(KernelArguments, TheSwitchCountsHoweverAPersonTypesIt) {
    for (const auto* const off :
         {"onload-node=off",
          "\"onload_node=off\"",
          "onload_node=\"off\"",
          "'onload-node'=off",
          "ONLOAD_NODE=OFF",
          "onload_node=0",
          "onload_node=no",
          "onload_node",
          "onload-node=disable"}) {
        const auto found = boot_switch_from(std::string("quiet ") + off + " rw\n");
        EXPECT_EQ(found.value, BootSwitch::off) << off;
        EXPECT_EQ(found.misspelt, "") << off;
    }
    EXPECT_EQ(value_of("onload-node=Plan"), BootSwitch::plan_only);
    EXPECT_EQ(value_of("onload_node=1"), BootSwitch::normal);
}

TEST(KernelArguments, OneThatIsNearlyRightIsTold) {
    for (const auto* const near :
         {"onload=off", "onloadnode=off", "onload_nod=off", "noonload_node", "no-onload-node"}) {
        const auto found = boot_switch_from(std::string("quiet ") + near);
        EXPECT_EQ(found.value, BootSwitch::normal) << near;
        EXPECT_EQ(found.misspelt, near);
    }
    EXPECT_EQ(boot_switch_from("onload.cplane_init_timeout=20 sfc.x=1").misspelt, "");
}

TEST(KernelArguments, TheLastBlacklistCounts) {
    using Strings = std::vector<std::string>;
    EXPECT_EQ(blacklisted_modules("quiet"), Strings{});
    EXPECT_EQ(
        blacklisted_modules("module_blacklist=a module_blacklist=sfc,x-y rw\n"),
        (Strings{"sfc", "x_y"})
    );
    EXPECT_EQ(blacklisted_modules("modprobe.blacklist=sfc module_blacklist="), Strings{});
}

TEST(KernelArguments, PassOverNamesThatCannotBeRead) {
    const auto found = ifname_arguments("ifname=:00:0f:53:00:00:01 ifname=a ifname=b:00:0f:53:0:1");
    EXPECT_TRUE(found.empty());
    EXPECT_EQ(ifname_arguments("x\tifname=a:00:0f:53:00:00:01\n").size(), 1U);
}

}  // namespace
}  // namespace onload_node
