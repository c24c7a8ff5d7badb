// SPDX-License-Identifier: BSD-2-Clause
#include "system/host/host.hpp"
#include "unit/system/files/temporary_directory.hpp"

#include <chrono>

#include <gtest/gtest.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace onload_node {
namespace {

TEST(Host, ReadsTheFactsWithoutLineEnds) {
    const fixture::TemporaryDirectory root;
    root.put("/proc/sys/kernel/random/boot_id", "0b9c\n");
    root.put("/proc/cmdline", "root=/dev/vda onload_node=off\n");
    const auto facts = SystemHost(root.path()).facts();
    ASSERT_TRUE(facts) << facts.error().message;
    EXPECT_EQ(facts->boot_id, "0b9c");
    EXPECT_EQ(facts->command_line, "root=/dev/vda onload_node=off");
    EXPECT_EQ(facts->privileged, ::geteuid() == 0);

    struct utsname system {};

    ASSERT_EQ(::uname(&system), 0);
    EXPECT_EQ(facts->kernel, static_cast<const char*>(system.release));
}

TEST(Host, SaysWhatItCannotRead) {
    const fixture::TemporaryDirectory root;
    const auto facts = SystemHost(root.path()).facts();
    ASSERT_FALSE(facts);
    EXPECT_NE(facts.error().message.find("boot_id: No such file"), std::string::npos)
        << facts.error().message;
}

/// Two looks at one moment tell of one second: whatever shows it would otherwise change all the
/// time.
TEST(Host, TellsOneMomentAlways) {
    const auto begin = std::chrono::steady_clock::now();
    const auto first = SystemHost().utc(1000);
    int others = 0;
    while (std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(1200)) {
        others += SystemHost().utc(1000) == first ? 0 : 1;
    }
    EXPECT_EQ(others, 0);
}

TEST(Host, WorksOnThisMachine) {
    const auto facts = SystemHost().facts();
    EXPECT_EQ(SystemHost().utc(0).size(), std::string("2026-11-30T02:10:00Z").size());
    EXPECT_LT(SystemHost().utc(0), SystemHost().utc(facts->uptime));
    EXPECT_GT(facts->uptime, 0);
    ASSERT_TRUE(facts) << facts.error().message;
    EXPECT_EQ(facts->boot_id.size(), 36U);
}

}  // namespace
}  // namespace onload_node
