// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/pins.hpp"

#include <gtest/gtest.h>

namespace onload_node {
namespace {

const std::string digest(64, 'a');

std::string complaint(const std::string& text) {
    const auto pins = parse_pins(text, "/etc/pins");
    return pins ? "accepted" : pins.error().message;
}

TEST(Pins, AreWhatSha256sumWrites) {
    const auto pins = parse_pins(
        "# staged on Monday\n" + std::string(64, 'A') + "  5.14/extra/sfc.ko\n\n" + digest +
            " *./5.14/extra/my onload.ko",
        "/etc/pins"
    );
    ASSERT_TRUE(pins) << pins.error().message;
    EXPECT_EQ(*pins, (Pins{{"5.14/extra/sfc.ko", digest}, {"5.14/extra/my onload.ko", digest}}));
    EXPECT_TRUE(parse_pins("", "/etc/pins")->empty());
}

TEST(Pins, RefusesADamagedLineByItsNumber) {
    EXPECT_EQ(complaint(digest + "  a\n" + digest + " a\n").find("/etc/pins:2: damaged line"), 0U);
    EXPECT_EQ(complaint("sfc.ko\n").find("/etc/pins:1: damaged line"), 0U);
    EXPECT_NE(complaint(std::string(64, 'g') + "  a\n").find("64 digits"), std::string::npos);
    EXPECT_NE(complaint(digest + "  \n").find("a path"), std::string::npos);
    EXPECT_NE(complaint(digest + "  /opt/lib/modules/a\n").find("a path"), std::string::npos);
    EXPECT_NE(complaint("\\" + digest + "  a\n").find("damaged"), std::string::npos);
}

}  // namespace
}  // namespace onload_node
