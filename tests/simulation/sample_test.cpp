// SPDX-License-Identifier: BSD-2-Clause
// Whatever the seed, no kind of history is left out of the sample, and no part of one.
#include "sample.hpp"

#include <gtest/gtest.h>

namespace onload_node::simulation {
namespace {

constexpr unsigned one_in = 8;
constexpr std::uint32_t seeds = 50;

TEST(Sample, TakesOneOfAKindThatHasFew) {
    for (std::uint32_t seed = 0; seed < seeds; ++seed) {
        Sample sample({one_in, seed}, "a start");
        EXPECT_TRUE(sample.takes("two stops")) << "seed " << seed;
        EXPECT_TRUE(sample.takes("two failures")) << "seed " << seed;
    }
}

TEST(Sample, TakesOneOfSoManyInARow) {
    for (std::uint32_t seed = 0; seed < seeds; ++seed) {
        Sample sample({one_in, seed}, "a start");
        const bool first = sample.takes("two stops");
        unsigned taken = first ? 1 : 0;
        for (unsigned history = 1; history < 2 * one_in; ++history) {
            taken += sample.takes("two stops") ? 1 : 0;
        }
        // The first, and one of each eight, which may be the first.
        EXPECT_GE(taken, 2U) << "seed " << seed;
        EXPECT_LE(taken, 3U) << "seed " << seed;
    }
}

}  // namespace
}  // namespace onload_node::simulation
