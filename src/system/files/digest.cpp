// SPDX-License-Identifier: BSD-2-Clause
#include "system/files/digest.hpp"

#include "base/text.hpp"

#include <array>
#include <string_view>

#include <openssl/evp.h>

namespace onload_node {

Result<std::string> sha256_hex(std::span<const std::byte> bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) !=
        1) {
        return failure(ErrorCode::io, "libcrypto computes no SHA-256 on this machine");
    }
    return hexadecimal(std::as_bytes(std::span(digest).first(length)));
}

}  // namespace onload_node
