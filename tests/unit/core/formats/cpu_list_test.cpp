// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/cpu_list.hpp"

#include <gtest/gtest.h>

namespace onload_node {
namespace {

TEST(CpuList, IsReadAsTheKernelWritesIt) {
    EXPECT_EQ(parse_cpu_list("0-3,8\n"), (CpuSet{0, 1, 2, 3, 8}));
    EXPECT_EQ(parse_cpu_list("5"), CpuSet{5});
    EXPECT_EQ(parse_cpu_list("\n"), CpuSet{});
    EXPECT_EQ(parse_cpu_list(""), CpuSet{});
}

TEST(CpuList, IsNoneWhereItIsNoList) {
    for (const char* const text :
         {"x", "1-", "1-x", "-3", "1,,2", "4294967295", "0-99999999", "3 "}) {
        EXPECT_EQ(parse_cpu_list(text), CpuSet{}) << text;
    }
    // The kernel writes none like this.
    EXPECT_EQ(parse_cpu_list("3-1"), CpuSet{});
}

TEST(CpuList, IsWrittenInTheSameForm) {
    for (const char* const text : {"0-3,8", "5", "", "1,3,5-7"}) {
        EXPECT_EQ(cpu_list(parse_cpu_list(text)), text);
    }
}

TEST(CpuList, HasWhatIsInBoth) {
    EXPECT_EQ(cpu_list(common_cpus(parse_cpu_list("0-4"), parse_cpu_list("3-9"))), "3-4");
    EXPECT_EQ(cpu_list(common_cpus(parse_cpu_list("0-4"), {})), "");
}

}  // namespace
}  // namespace onload_node
