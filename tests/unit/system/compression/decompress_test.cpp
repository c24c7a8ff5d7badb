// SPDX-License-Identifier: BSD-2-Clause
#include "system/compression/decompress.hpp"
#include "unit/system/compression/compress.hpp"

#include <initializer_list>
#include <random>
#include <string>
#include <string_view>

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
    testing::Values(&fixture::gzip, &fixture::xz, &fixture::zstd),
    [](const auto& kind) { return kind.index == 0   ? "gzip"
                                  : kind.index == 1 ? "xz"
                                                    : "zstd"; }
);

Bytes bytes_of(std::string_view text) {
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

Bytes together(std::initializer_list<Bytes> parts) {
    Bytes whole;
    for (const auto& part : parts) {
        whole.insert(whole.end(), part.begin(), part.end());
    }
    return whole;
}

/// What comes out, or what is said instead.
std::string unpacked(const Bytes& bytes) {
    const auto result = decompress(bytes);
    return result ? std::string(reinterpret_cast<const char*>(result->data()), result->size())
                  : result.error().message;
}

TEST(Decompress, PassesOverFramesWithoutContent) {
    const Bytes content = fixture::zstd(bytes_of("text"));
    // Each of the sixteen kinds, as pzstd and seekable archives have one.
    for (const char kind : {'\x50', '\x57', '\x5F'}) {
        const Bytes skipped =
            bytes_of(std::string(1, kind) + std::string("\x2A\x4D\x18\x04\0\0\0toc.", 11));
        EXPECT_EQ(unpacked(together({skipped, content})), "text");
        EXPECT_EQ(unpacked(together({content, skipped})), "text");
        EXPECT_EQ(unpacked(together({skipped, content, skipped, content})), "texttext");
        EXPECT_NE(
            unpacked(together({skipped, bytes_of("no frame")})).find("damaged"), std::string::npos
        );
    }
    EXPECT_NE(
        unpacked(bytes_of(std::string("\x50\x2A\x4D\x18\x09\0\0\0toc.", 12))).find("cut off"),
        std::string::npos
    );
}

TEST(Decompress, IgnoresZeroBytesBehindTheEndWhereTheToolDoes) {
    const Bytes text = bytes_of("text");
    EXPECT_EQ(unpacked(together({fixture::gzip(text), Bytes(512)})), "text");
    EXPECT_EQ(unpacked(together({fixture::gzip(text), fixture::gzip(text), Bytes(1)})), "texttext");
    EXPECT_EQ(unpacked(together({fixture::xz(text), Bytes(8)})), "text");
    EXPECT_EQ(unpacked(together({fixture::xz(text), Bytes(4), fixture::xz(text)})), "texttext");
    EXPECT_EQ(unpacked(together({fixture::xz(text), Bytes(6)})), "the xz data is damaged");
    EXPECT_NE(
        unpacked(together({fixture::zstd(text), Bytes(8)})).find("damaged"), std::string::npos
    );
}

TEST(Decompress, RefusesOtherBytesBehindTheEnd) {
    // gzip warns and ends with 2, and "tar -xz" takes that for an error.
    const Bytes content = fixture::gzip(bytes_of("text"));
    const auto* const why = "the gzip data has other bytes behind its end";
    EXPECT_EQ(unpacked(together({content, bytes_of("x")})), why);
    EXPECT_EQ(unpacked(together({content, Bytes(3), bytes_of("x")})), why);
    EXPECT_EQ(unpacked(together({content, Bytes(3), content})), why) << "as gzip has it";
}

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
