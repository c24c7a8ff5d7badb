// SPDX-License-Identifier: BSD-2-Clause
#include "base/handle.hpp"
#include "system/modules/module_file.hpp"

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace onload_node {
namespace {

using Bytes = std::vector<std::byte>;

const std::string module_text = "stands for the bytes of a module";

/// A key with a certificate that it has signed itself, as sign-file is given.
class Signer {
public:
    explicit Signer(
        const std::vector<std::pair<const char*, const char*>>& names = {{"CN", "Acme modules"}}
    )
        : key_(EVP_RSA_gen(2048)), certificate_(X509_new()) {
        ASN1_INTEGER_set(X509_get_serialNumber(certificate_.get()), 0x1234);
        X509_gmtime_adj(X509_getm_notBefore(certificate_.get()), 0);
        X509_gmtime_adj(X509_getm_notAfter(certificate_.get()), 3600);
        X509_set_pubkey(certificate_.get(), key_.get());
        X509_NAME* const name = X509_get_subject_name(certificate_.get());
        for (const auto& [field, value] : names) {
            const auto* const text = reinterpret_cast<const unsigned char*>(value);
            X509_NAME_add_entry_by_txt(name, field, MBSTRING_ASC, text, -1, -1, 0);
        }
        X509_set_issuer_name(certificate_.get(), name);
        X509_EXTENSION* const extension =
            X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_key_identifier, "0badcafe");
        X509_add_ext(certificate_.get(), extension, -1);
        X509_EXTENSION_free(extension);
        X509_sign(certificate_.get(), key_.get(), EVP_sha256());
    }

    /// The module with its signature appended.
    [[nodiscard]] Bytes sign(unsigned more_flags, const EVP_MD* hash = EVP_sha512()) const {
        return sign_again(std::as_bytes(std::span(module_text)), more_flags, hash);
    }

    /// Whatever is there, with a signature of it appended.
    [[nodiscard]] Bytes
    sign_again(std::span<const std::byte> before, unsigned more_flags, const EVP_MD* hash) const {
        const unsigned flags =
            CMS_NOCERTS | CMS_BINARY | CMS_NOSMIMECAP | CMS_NOATTR | CMS_DETACHED;
        const Handle<BIO, BIO_free_all> text(
            BIO_new_mem_buf(before.data(), static_cast<int>(before.size()))
        );
        const Handle<CMS_ContentInfo, CMS_ContentInfo_free> cms(
            CMS_sign(nullptr, nullptr, nullptr, nullptr, flags | CMS_PARTIAL)
        );
        CMS_add1_signer(cms.get(), certificate_.get(), key_.get(), hash, flags | more_flags);
        CMS_final(cms.get(), text.get(), nullptr, flags);
        unsigned char* der = nullptr;
        const int size = i2d_CMS_ContentInfo(cms.get(), &der);
        std::string all(reinterpret_cast<const char*>(before.data()), before.size());
        all.append(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
        OPENSSL_free(der);
        const char trailer[12] = {
            0, 0, 2, 0, 0, 0, 0, 0, 0, 0, static_cast<char>(size >> 8), static_cast<char>(size)};
        all.append(trailer, sizeof(trailer));
        all += "~Module signature appended~\n";
        const auto bytes = std::as_bytes(std::span(all));
        return {bytes.begin(), bytes.end()};
    }

private:
    Handle<EVP_PKEY, EVP_PKEY_free> key_;
    Handle<X509, X509_free> certificate_;
};

TEST(Signature, NamesTheIssuerAndTheHash) {
    const auto signature = read_signature(Signer().sign(0));
    EXPECT_EQ(signature.state, ModuleSignature::State::present);
    EXPECT_EQ(signature.signer, "Acme modules");
    EXPECT_EQ(signature.key_id, "1234");
    EXPECT_EQ(signature.hash, "SHA512");
}

TEST(Signature, NamesTheKeyWhereTheSignerDid) {
    const auto signature = read_signature(Signer().sign(CMS_USE_KEYID));
    EXPECT_EQ(signature.state, ModuleSignature::State::present);
    EXPECT_EQ(signature.signer, "");
    EXPECT_EQ(signature.key_id, "0badcafe");
}

// As the kernel shows the key: x509_fabricate_name() in its x509_cert_parser.c.
TEST(Signature, NamesWhoHasNoCommonName) {
    const Signer organisation({{"O", "Acme"}, {"emailAddress", "modules@acme.example"}});
    EXPECT_EQ(read_signature(organisation.sign(0)).signer, "Acme");
    const Signer address({{"C", "CH"}, {"emailAddress", "modules@acme.example"}});
    EXPECT_EQ(read_signature(address.sign(0)).signer, "modules@acme.example");
    EXPECT_EQ(read_signature(Signer({{"C", "CH"}}).sign(0)).signer, "");
}

// The kernel looks at the last one, and so do we: a build has signed it, and KMM once more.
TEST(Signature, OfTwoTheLastOneCounts) {
    const Signer first({{"CN", "first"}});
    const Signer second({{"CN", "second"}});
    const auto twice = second.sign_again(first.sign(0), 0, EVP_sha256());
    const auto signature = read_signature(twice);
    EXPECT_EQ(signature.state, ModuleSignature::State::present);
    EXPECT_EQ(signature.signer, "second");
    EXPECT_EQ(signature.hash, "SHA256");
}

TEST(Signature, NamesAHashThatAKernelMayNotHave) {
    EXPECT_EQ(read_signature(Signer().sign(0, EVP_sha3_256())).hash, "SHA3-256");
    EXPECT_EQ(read_signature(Signer().sign(0, EVP_sm3())).hash, "SM3");
}

TEST(Signature, IsNoneWithoutTheMarker) {
    EXPECT_EQ(read_signature({}).state, ModuleSignature::State::none);
    auto signed_module = Signer().sign(0);
    signed_module.pop_back();
    EXPECT_EQ(read_signature(signed_module).state, ModuleSignature::State::none);
}

TEST(Signature, IsDamagedWhenItCannotBeRead) {
    const auto good = Signer().sign(0);
    auto other_kind = good;
    other_kind[good.size() - 28 - 10] = std::byte{1};
    auto too_long = good;
    too_long[good.size() - 28 - 4] = std::byte{0x7f};
    auto no_message = good;
    no_message[module_text.size()] = std::byte{0};
    const Bytes only_the_end(good.end() - 30, good.end());
    for (const auto& bytes : {other_kind, too_long, no_message, only_the_end}) {
        EXPECT_EQ(read_signature(bytes).state, ModuleSignature::State::damaged);
    }
}

}  // namespace
}  // namespace onload_node
