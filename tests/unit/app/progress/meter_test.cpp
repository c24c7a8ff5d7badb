// SPDX-License-Identifier: BSD-2-Clause
#include "app/progress/meter.hpp"

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

namespace onload_node {
namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1024} * 1024;

Milliseconds at(int milliseconds) {
    return Milliseconds(milliseconds);
}

bool written(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(Meter, WritesALineEachTenSecondsWhereThereIsNoTerminal) {
    Meter meter({false, 100});
    meter.begin("pulling an image", 0, at(1000));
    EXPECT_EQ(meter.due(at(10999)), "");
    meter.reach(3 * mebibyte / 2);
    EXPECT_EQ(meter.due(at(11000)), "pulling an image 1.5 MiB, 10 s\n");
    EXPECT_EQ(meter.due(at(20999)), "");
    // The next part does not begin the ten seconds anew.
    meter.begin("verifying", 0, at(20000));
    EXPECT_EQ(meter.due(at(21000)), "verifying 1 s\n");
    EXPECT_EQ(meter.cleared(), "");
}

TEST(Meter, WritesItsLineOverOnATerminalAndTakesItAway) {
    Meter meter({true, 80});
    meter.begin("reading", 4 * mebibyte, at(0));
    EXPECT_EQ(meter.due(at(499)), "");
    EXPECT_EQ(
        meter.due(at(500)),
        "\r\033[Kreading [..............................] 0 %, 0.0 MiB of 4.0 MiB"
    );
    EXPECT_EQ(meter.due(at(600)), "");
    meter.reach(2 * mebibyte);
    EXPECT_EQ(
        meter.due(at(700)),
        "\r\033[Kreading [###############...............] 50 %, 2.0 MiB of 4.0 MiB"
    );
    EXPECT_EQ(meter.due(at(900)), "") << "what is there already is not written again";
    EXPECT_EQ(meter.cleared(), "\r\033[K");
    EXPECT_EQ(meter.cleared(), "");
}

TEST(Meter, NeverGoesBack) {
    Meter meter({true, 80});
    meter.begin("reading", 4 * mebibyte, at(0));
    meter.reach(3 * mebibyte);
    EXPECT_TRUE(written(meter.due(at(1000)), "75 %"));
    meter.reach(mebibyte);
    EXPECT_EQ(meter.due(at(2000)), "");
}

TEST(Meter, SaysNoPercentageOfASizeThatTurnedOutWrong) {
    Meter meter({true, 80});
    meter.begin("reading", 4 * mebibyte, at(0));
    meter.reach(4 * mebibyte);
    EXPECT_TRUE(written(meter.due(at(1000)), "99 %"));
    meter.reach(5 * mebibyte);
    EXPECT_EQ(meter.due(at(2000)), "\r\033[Kreading 5.0 MiB, 2 s");
}

TEST(Meter, SaysATimeLeftOnlyOnceItIsKnownAndCoarsely) {
    Meter meter({false, 100});
    meter.begin("reading", 100 * mebibyte, at(0));
    meter.reach(50 * mebibyte);
    EXPECT_TRUE(written(meter.due(at(12000)), "50 %, 50.0 MiB of 100.0 MiB, 15 s left\n"));
    Meter early({true, 100});
    early.begin("reading", 100 * mebibyte, at(0));
    early.reach(50 * mebibyte);
    EXPECT_FALSE(written(early.due(at(2999)), "left"));
    EXPECT_TRUE(written(early.due(at(3200)), "4 s left"));
    early.reach(51 * mebibyte);
    EXPECT_TRUE(written(early.due(at(400000)), "7 min left"));
}

TEST(Meter, ALongNameMakesRoomForTheBar) {
    Meter meter({true, 60});
    meter.begin("reading registry.example.com/a/long/name:of-an-image", 130 * mebibyte, at(0));
    meter.reach(95 * mebibyte);
    EXPECT_EQ(
        meter.due(at(1000)), "\r\033[Kreading registry.e [#######...] 73 %, 95.0 MiB of 130.0 MiB"
    );
}

TEST(Meter, FitsIntoEachTerminal) {
    for (const std::size_t width : {1U, 20U, 40U, 41U, 80U, 100U}) {
        Meter meter({true, width});
        meter.begin("reading registry.example.com/a/long/name:of-an-image", 0, at(0));
        EXPECT_LT(meter.due(at(1000)).size(), width + 4);
        meter.begin(
            "reading registry.example.com/a/long/name:of-an-image", 900 * mebibyte, at(1000)
        );
        meter.reach(123 * mebibyte);
        const auto text = meter.due(at(30000));
        EXPECT_LT(text.size(), width + 4) << text;
    }
}

}  // namespace
}  // namespace onload_node
