// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/identifiers.hpp"

#include <gtest/gtest.h>

namespace onload_node {
namespace {

TEST(PciAddress, ReadsWhatTheKernelAndLspciWrite) {
    EXPECT_EQ(PciAddress::parse("0000:3b:00.1").value().to_string(), "0000:3b:00.1");
    EXPECT_EQ(PciAddress::parse("3B:1f.7").value().to_string(), "0000:3b:1f.7");
    EXPECT_EQ(PciAddress::parse("10000:01:02.3").value().to_string(), "10000:01:02.3");
    EXPECT_EQ(PciAddress::parse("FEDCBA98:01:02.3").value().to_string(), "fedcba98:01:02.3");
}

TEST(PciAddress, RefusesWhatIsNoAddress) {
    for (const char* text :
         {"",
          "3b:00",
          "0000:3b:20.0",
          "0000:3b:00.8",
          "0000:3b:00.0x",
          "3b-00.0",
          "000:3b:00.0",
          "0000:3b:00."}) {
        EXPECT_FALSE(PciAddress::parse(text)) << text;
    }
}

TEST(PciAddress, OrdersByPlace) {
    EXPECT_LT(PciAddress::parse("0000:08:00.1").value(), PciAddress::parse("0000:3b:00.0").value());
}

TEST(MacAddress, ReadsBothSpellings) {
    EXPECT_EQ(MacAddress::parse("00:0F:53:aa:bb:01").value().to_string(), "00:0f:53:aa:bb:01");
    EXPECT_EQ(MacAddress::parse("00-0f-53-aa-bb-01").value().to_string(), "00:0f:53:aa:bb:01");
    for (const char* text :
         {"", "00:0f:53:aa:bb", "00:0f:53:aa:bb:01:02", "00:0f:53:aa:bb:0g", "000f53aabb01"}) {
        EXPECT_FALSE(MacAddress::parse(text)) << text;
    }
}

TEST(InterfaceName, TakesWhatKernelAndUdevTake) {
    for (const char* text :
         {"sf0", "ens8f0np0", "a", "fifteen-letters", "eth", "ethernet0", "enp1s0f0.v"}) {
        EXPECT_TRUE(InterfaceName::parse(text)) << text;
    }
}

TEST(InterfaceName, SaysWhyItRefuses) {
    EXPECT_NE(
        InterfaceName::parse("sixteen-letters0").error().message.find("16 characters"),
        std::string::npos
    );
    EXPECT_NE(InterfaceName::parse("eth0").error().message.find("kernel"), std::string::npos);
    for (const char* text :
         {"", ".", "..", "all", "default", "lo", "12", "a b", "a/b", "a:b", "\xc3\xa4"}) {
        EXPECT_FALSE(InterfaceName::parse(text)) << text;
    }
}

TEST(ModuleName, SpellsLikeTheKernel) {
    EXPECT_EQ(ModuleName::parse("sfc-resource").value().str(), "sfc_resource");
    for (const char* text : {"", "a.ko", "a/b", "a b"}) {
        EXPECT_FALSE(ModuleName::parse(text)) << text;
    }
}

}  // namespace
}  // namespace onload_node
