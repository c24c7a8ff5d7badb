// SPDX-License-Identifier: BSD-2-Clause
#include "base/words.hpp"
#include "core/model/config.hpp"

#include <gtest/gtest.h>

namespace onload_node {
namespace {

TEST(Duration, HasAUnit) {
    EXPECT_EQ(parse_duration("500ms").value(), Milliseconds(500));
    EXPECT_EQ(parse_duration("10s").value(), Milliseconds(10'000));
    EXPECT_EQ(parse_duration("2min").value(), Milliseconds(120'000));
    EXPECT_EQ(parse_duration("1h").value(), Milliseconds(3'600'000));
}

TEST(Duration, RefusesWhatIsNone) {
    for (const char* text :
         {"",
          "10",
          "s",
          "10 s",
          "10sec",
          "1.5s",
          "99999999999999999999s",
          "9223372036854775807h"}) {
        EXPECT_FALSE(parse_duration(text)) << text;
    }
    EXPECT_NE(parse_duration("-1s").error().message.find("negative"), std::string::npos);
}

PortName port(std::uint8_t function, std::string_view name, unsigned line) {
    return {
        PciAddress{0, 8, 0, function},
        InterfaceName::parse(name).value(),
        {"config.toml", line, 1}};
}

TEST(Contradictions, NameBothParties) {
    Config config;
    config.names.ports = {port(0, "sf0", 3), port(1, "sf0", 7), port(0, "sf1", 11)};
    const auto complaints = contradictions(config);
    ASSERT_EQ(complaints.size(), 2U);
    EXPECT_EQ(complaints[0].find("config.toml:7:1: the name \"sf0\" for 0000:08:00.1 is taken"), 0U)
        << complaints[0];
    EXPECT_NE(complaints[0].find("config.toml:3:1"), std::string::npos);
    EXPECT_EQ(complaints[1].find("config.toml:11:1: the port 0000:08:00.0"), 0U) << complaints[1];
    EXPECT_NE(complaints[1].find("config.toml:3:1"), std::string::npos);
}

TEST(Words, AreThoseOfEveryEnumerator) {
    constexpr std::array<std::string_view, 4> expected = {
        "preserve", "sequential", "explicit", "off"};
    static_assert(words<NamePolicy> == expected);
    static_assert(enumerators<NamePolicy>.back() == NamePolicy::off);
    EXPECT_EQ(from_word<NamePolicy>("explicit"), NamePolicy::explicit_only);
    EXPECT_EQ(from_word<NamePolicy>("explicit_only"), std::nullopt);
    EXPECT_EQ(from_word<NamePolicy>(""), std::nullopt);
}

TEST(Contradictions, AreNoneInTheDefaults) {
    EXPECT_TRUE(contradictions(Config()).empty());
}

}  // namespace
}  // namespace onload_node
