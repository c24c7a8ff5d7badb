// SPDX-License-Identifier: BSD-2-Clause
#include "system/files/digest.hpp"

#include <gtest/gtest.h>

namespace onload_node {
namespace {

std::string digest_of(const std::string& text) {
    return sha256_hex(std::as_bytes(std::span(text))).value();
}

// The test vectors of FIPS 180.
TEST(Digest, IsSha256) {
    EXPECT_EQ(digest_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(digest_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace onload_node
