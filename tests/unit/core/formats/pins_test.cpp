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

/// The paths; what is said instead, if it is refused.
std::string paths_in(const std::string& text) {
    const auto pins = parse_pins(text, "/etc/pins");
    std::string paths = pins ? "" : pins.error().message;
    for (const auto& [path, its_digest] : pins.value_or(Pins())) {
        EXPECT_EQ(its_digest, digest);
        paths += "[" + path + "]";
    }
    return paths;
}

TEST(Pins, AreReadInEveryFormOfTheTools) {
    const std::string upper(64, 'A');
    EXPECT_EQ(
        paths_in(digest + "  k/a.ko\r\n\r\n# x\r\n" + digest + "  k/b.ko\r\n"), "[k/a.ko][k/b.ko]"
    ) << "lines of Windows";
    EXPECT_EQ(paths_in("SHA256 (k/a.ko) = " + digest + "\n"), "[k/a.ko]") << "sha256sum --tag";
    EXPECT_EQ(paths_in("SHA256 (./k/a (1).ko) = " + upper), "[k/a (1).ko]") << "BSD's sha256";
    EXPECT_EQ(paths_in("\\" + digest + "  k/a\\\\b\\nc\\rd\n"), "[k/a\\b\nc\rd]") << "escaped";
    EXPECT_EQ(paths_in("\\SHA256 (k/a\\nb) = " + digest), "[k/a\nb]");
    EXPECT_EQ(paths_in(digest + "  k/a\\b\n"), "[k/a\\b]") << "not escaped";
    EXPECT_EQ(paths_in(digest + "  k/a" + '\0' + digest + "  k/b" + '\0'), "[k/a][k/b]")
        << "--zero";
}

TEST(Pins, RefusesWhatIsNearlySuchAForm) {
    EXPECT_NE(complaint("SHA256 (k/a.ko) = " + digest + "0").find("damaged"), std::string::npos);
    EXPECT_NE(complaint("SHA256 (k/a.ko) " + digest).find("damaged"), std::string::npos);
    EXPECT_NE(complaint(digest + " (k/a.ko").find("damaged"), std::string::npos);
    EXPECT_NE(complaint("SHA256 k/a.ko = " + digest).find("damaged"), std::string::npos);
    for (const auto* const line :
         {"SHA256 (", "SHA256 () = ", "SHA256 (a", "SHA256 (a) = ", "\\", ")"}) {
        EXPECT_NE(complaint(line).find("damaged"), std::string::npos) << line;
    }
    EXPECT_NE(complaint("SHA256 () = " + digest).find("a path"), std::string::npos);
    EXPECT_NE(complaint("SHA256 (/a) = " + digest).find("a path"), std::string::npos);
    EXPECT_NE(complaint("SHA512 (k/a.ko) = " + digest).find("64 digits"), std::string::npos);
    EXPECT_NE(complaint("\\" + digest + "  k/a\\x").find("a path"), std::string::npos);
    EXPECT_NE(complaint("\\" + digest + "  k/a\\").find("a path"), std::string::npos);
}

TEST(Pins, RefusesADamagedLineByItsNumber) {
    EXPECT_EQ(complaint(digest + "  a\n" + digest + " a\n").find("/etc/pins:2: damaged line"), 0U);
    EXPECT_EQ(complaint("sfc.ko\n").find("/etc/pins:1: damaged line"), 0U);
    EXPECT_NE(complaint(std::string(64, 'g') + "  a\n").find("64 digits"), std::string::npos);
    EXPECT_NE(complaint(digest + "  \n").find("a path"), std::string::npos);
    EXPECT_NE(complaint(digest + "  /opt/lib/modules/a\n").find("a path"), std::string::npos);
}

}  // namespace
}  // namespace onload_node
