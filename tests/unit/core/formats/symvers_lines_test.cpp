// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/symvers_lines.hpp"

#include <gtest/gtest.h>

namespace onload_node {
namespace {

const std::string text = "0x0000002a\tprintk\tvmlinux\tEXPORT_SYMBOL\t\n"
                         "0x00000007\tother\tvmlinux\tEXPORT_SYMBOL\t\n"
                         "0x00000000\tno_crc\tvmlinux\tEXPORT_SYMBOL_GPL\t\n"
                         "0xffffffff\tmtd_add\tdrivers/mtd/mtd-core\tEXPORT_SYMBOL_GPL\tMTD\n";
const Symbols wanted = {{"printk", {}}, {"no_crc", {}}, {"mtd_add", {}}, {"absent", {}}};

TEST(SymversLines, KeepsWhatIsWantedHoweverThePiecesFall) {
    for (std::size_t size = 1; size <= text.size(); ++size) {
        SymversLines lines(wanted);
        for (std::size_t at = 0; at < text.size(); at += size) {
            lines.add(std::string_view(text).substr(at, size));
        }
        const auto found = lines.finish();
        ASSERT_EQ(found.problem, "") << size;
        ASSERT_EQ(
            found.symbols,
            (Symbols{
                {"printk", {0x2a, false, "vmlinux"}},
                {"no_crc", {std::nullopt, false, "vmlinux"}},
                {"mtd_add", {0xffffffff, false, "mtd_core"}}})
        ) << size;
    }
}

TEST(SymversLines, TakesALastLineWithoutAnEnd) {
    SymversLines lines(wanted);
    lines.add("0x0000002a\tprintk\tvmlinux\tEXPORT_SYMBOL");
    EXPECT_EQ(lines.finish().symbols.size(), 1U);
}

TEST(SymversLines, KnowsThatAFileIsNoSymvers) {
    for (const std::string damaged :
         {"", "hello\n", "0x2a printk vmlinux\n", "0xzz\tprintk\tvmlinux\n0x1\tb\tc\n"}) {
        SymversLines lines(wanted);
        lines.add(damaged);
        const auto found = lines.finish();
        EXPECT_NE(found.problem, "") << damaged;
        EXPECT_TRUE(found.symbols.empty()) << damaged;
    }
}

}  // namespace
}  // namespace onload_node
