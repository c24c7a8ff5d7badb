// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/kernel_arguments.hpp"

#include <gtest/gtest.h>

namespace onload_node {
namespace {

TEST(KernelArguments, TheLastSwitchCountsAndAnUnknownOneIsOff) {
    EXPECT_EQ(boot_switch_from("root=x quiet"), BootSwitch::normal);
    EXPECT_EQ(boot_switch_from("onload_node=plan\n"), BootSwitch::plan_only);
    EXPECT_EQ(boot_switch_from("onload_node=off onload_node=on"), BootSwitch::normal);
    EXPECT_EQ(boot_switch_from("onload_node=on\tonload_node=plam"), BootSwitch::off);
    EXPECT_EQ(boot_switch_from("onload_node="), BootSwitch::off);
    EXPECT_EQ(boot_switch_from("xonload_node=off"), BootSwitch::normal);
}

TEST(KernelArguments, PassOverNamesThatCannotBeRead) {
    const auto found = ifname_arguments("ifname=:00:0f:53:00:00:01 ifname=a ifname=b:00:0f:53:0:1");
    EXPECT_TRUE(found.empty());
    EXPECT_EQ(ifname_arguments("x\tifname=a:00:0f:53:00:00:01\n").size(), 1U);
}

}  // namespace
}  // namespace onload_node
