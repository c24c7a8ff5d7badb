// SPDX-License-Identifier: BSD-2-Clause
#include "core/modules/load_order.hpp"

#include <gtest/gtest.h>

namespace onload_node {
namespace {

constexpr const char* sfc9250 = "pci:v00001924d00000A03sv00001924sd00008022bc02sc00i00";

TEST(Alias, ClaimsAsDepmodWritesIt) {
    EXPECT_TRUE(alias_claims("pci:v00001924d00000A03sv*sd*bc*sc*i*", sfc9250));
    EXPECT_TRUE(alias_claims("pci:v00001924d*sv*sd00008022bc02sc00i00", sfc9250));
    EXPECT_TRUE(alias_claims("pci:v0000192?d00000[A-C]03sv*sd*bc*sc*i*", sfc9250));
    EXPECT_TRUE(alias_claims("*", sfc9250));
    EXPECT_TRUE(alias_claims(sfc9250, sfc9250));
}

TEST(Alias, DoesNotClaimAnythingElse) {
    EXPECT_FALSE(alias_claims("pci:v00001924d00000B03sv*sd*bc*sc*i*", sfc9250));
    EXPECT_FALSE(alias_claims("pci:v00001924d00000A03sv*sd*bc*sc*i01", sfc9250));
    EXPECT_FALSE(alias_claims("pci:v00001924", sfc9250));
    EXPECT_FALSE(alias_claims("pci:v0000192?d00000[B-C]03sv*sd*bc*sc*i*", sfc9250));
    EXPECT_FALSE(alias_claims("", sfc9250));
    EXPECT_FALSE(alias_claims("pci:v*", ""));
}

TEST(Alias, EndsOnPatternsThatGoBackAllTheTime) {
    EXPECT_FALSE(alias_claims("*a*a*a*a*a*a*a*a*a*a*b", std::string(5000, 'a')));
    EXPECT_TRUE(alias_claims("*[", "pci:["));
}

}  // namespace
}  // namespace onload_node
