// SPDX-License-Identifier: BSD-2-Clause
#include "system/compression/decompress.hpp"
#include "unit/system/compression/compress.hpp"

#include <random>

#include <gtest/gtest.h>

namespace onload_node {
namespace {

using Bytes = std::vector<std::byte>;
using Compressor = Bytes (*)(std::span<const std::byte>);

/// Three megabytes, half of which do not compress: larger than the first output buffer.
Bytes plain() {
    Bytes bytes(std::size_t{3} * 1024 * 1024);
    std::mt19937 random(7);
    for (std::size_t i = 0; i < bytes.size() / 2; ++i) {
        bytes[i] = std::byte(random() & 0xFFU);
    }
    return bytes;
}

class DecompressTest : public testing::TestWithParam<Compressor> {};

TEST_P(DecompressTest, GivesBackWhatWasCompressed) {
    const Bytes original = plain();
    const auto result = decompress(GetParam()(original));
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_TRUE(*result == original);
}

TEST_P(DecompressTest, GivesBackNothingFromNothing) {
    const auto result = decompress(GetParam()({}));
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_TRUE(result->empty());
}

TEST_P(DecompressTest, ReadsStreamsOneBehindTheOther) {
    const Bytes original = plain();
    Bytes twice = GetParam()(original);
    const Bytes once = twice;
    twice.insert(twice.end(), once.begin(), once.end());
    const auto result = decompress(twice);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->size(), 2 * original.size());
}

TEST_P(DecompressTest, ReportsDataThatIsCutOff) {
    const Bytes whole = GetParam()(plain());
    for (const std::size_t missing :
         {std::size_t{1}, std::size_t{9}, whole.size() / 2, whole.size() - 7}) {
        const auto result =
            decompress(Bytes(whole.begin(), whole.end() - static_cast<std::ptrdiff_t>(missing)));
        ASSERT_FALSE(result) << missing;
        EXPECT_EQ(result.error().code, ErrorCode::mismatch);
        EXPECT_NE(result.error().message.find("cut off"), std::string::npos)
            << result.error().message;
    }
}

TEST_P(DecompressTest, RefusesMoreThanTheLimit) {
    const Bytes bomb = GetParam()(Bytes(std::size_t{5} * 1024 * 1024));
    ASSERT_LT(bomb.size(), 10000U);
    const auto result = decompress(bomb, std::size_t{4} * 1024 * 1024);
    ASSERT_FALSE(result);
    EXPECT_NE(result.error().message.find("more than 4194304 bytes"), std::string::npos)
        << result.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    EachKind,
    DecompressTest,
    testing::Values(&fixture::xz, &fixture::zstd),
    [](const auto& kind) { return kind.index == 0 ? "xz" : "zstd"; }
);

TEST(Decompress, ReportsDamagedData) {
    Bytes damaged = fixture::xz(plain());
    damaged[damaged.size() / 2] ^= std::byte{0xFF};
    EXPECT_EQ(decompress(damaged).error().message, "the xz data is damaged");
}

TEST(Decompress, PassesOtherBytesThroughWithoutACopy) {
    Bytes bytes = plain();
    const std::byte* const place = bytes.data();
    const auto result = decompress(std::move(bytes));
    ASSERT_TRUE(result);
    EXPECT_EQ(result->data(), place);
    EXPECT_TRUE(decompress({}).value().empty());
}

}  // namespace
}  // namespace onload_node
