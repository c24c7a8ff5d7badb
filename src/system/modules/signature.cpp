// SPDX-License-Identifier: BSD-2-Clause
#include "base/handle.hpp"
#include "base/text.hpp"
#include "system/modules/module_file.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include <openssl/cms.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

namespace onload_node {

namespace {

using View = std::span<const std::byte>;

constexpr std::string_view marker = "~Module signature appended~\n";
constexpr unsigned char pkcs7 = 2;

/// The kernel's struct module_signature. It stands before the marker, and the signature before it.
struct Trailer {
    unsigned char algorithm;
    unsigned char hash;
    unsigned char id_type;
    unsigned char signer_length;
    unsigned char key_id_length;
    std::array<unsigned char, 3> padding;
    std::array<unsigned char, 4> length;  // big-endian
};

static_assert(sizeof(Trailer) == 12);

std::string hex(const ASN1_STRING* value) {
    const std::span bytes(
        ASN1_STRING_get0_data(value), static_cast<std::size_t>(ASN1_STRING_length(value))
    );
    return hexadecimal(std::as_bytes(bytes));
}

/// By the first of these parts that it has, as the kernel names its keys.
std::string shown_name(const X509_NAME* name) {
    for (const int part : {NID_commonName, NID_organizationName, NID_pkcs9_emailAddress}) {
        const int at = X509_NAME_get_index_by_NID(name, part, -1);
        if (at >= 0) {
            const auto* const value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
            return {
                reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                static_cast<std::size_t>(ASN1_STRING_length(value))};
        }
    }
    return {};
}

bool read_signer(CMS_ContentInfo* content, ModuleSignature& signature) {
    STACK_OF(CMS_SignerInfo)* const signers = CMS_get0_SignerInfos(content);
    if (signers == nullptr || sk_CMS_SignerInfo_num(signers) < 1) {
        return false;
    }
    CMS_SignerInfo* const signer = sk_CMS_SignerInfo_value(signers, 0);
    ASN1_OCTET_STRING* key = nullptr;
    X509_NAME* issuer = nullptr;
    ASN1_INTEGER* serial = nullptr;
    if (CMS_SignerInfo_get0_signer_id(signer, &key, &issuer, &serial) != 1) {
        return false;
    }
    if (key != nullptr) {
        signature.key_id = hex(key);
    } else if (issuer != nullptr && serial != nullptr) {
        signature.signer = shown_name(issuer);
        signature.key_id = hex(serial);
    }
    X509_ALGOR* digest = nullptr;
    CMS_SignerInfo_get0_algs(signer, nullptr, nullptr, &digest, nullptr);
    const ASN1_OBJECT* algorithm = nullptr;
    X509_ALGOR_get0(&algorithm, nullptr, nullptr, digest);
    if (const char* const name = OBJ_nid2sn(OBJ_obj2nid(algorithm))) {
        signature.hash = name;
    }
    return true;
}

/// The PKCS#7 message before the trailer; empty when the sizes do not fit.
std::optional<View> appended(View module) {
    Trailer trailer{};
    const auto before_marker = module.first(module.size() - marker.size());
    if (before_marker.size() < sizeof(trailer)) {
        return std::nullopt;
    }
    const auto rest = before_marker.first(before_marker.size() - sizeof(trailer));
    std::memcpy(&trailer, before_marker.data() + rest.size(), sizeof(trailer));
    std::size_t length = 0;
    for (const unsigned char byte : trailer.length) {
        length = length * 256 + byte;
    }
    if (trailer.id_type != pkcs7 || length == 0 || length > rest.size()) {
        return std::nullopt;
    }
    return rest.last(length);
}

}  // namespace

ModuleSignature read_signature(View module) {
    ModuleSignature signature;
    if (module.size() < marker.size() ||
        std::memcmp(module.data() + module.size() - marker.size(), marker.data(), marker.size()) !=
            0) {
        return signature;
    }
    signature.state = ModuleSignature::State::damaged;
    const auto message = appended(module);
    if (!message) {
        return signature;
    }
    const auto* place = reinterpret_cast<const unsigned char*>(message->data());
    const Handle<CMS_ContentInfo, CMS_ContentInfo_free> content(
        d2i_CMS_ContentInfo(nullptr, &place, static_cast<long>(message->size()))
    );
    if (content && read_signer(content.get(), signature)) {
        signature.state = ModuleSignature::State::present;
    }
    return signature;
}

}  // namespace onload_node
