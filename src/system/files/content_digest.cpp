// SPDX-License-Identifier: BSD-2-Clause
#include "system/files/content_digest.hpp"

#include "base/handle.hpp"
#include "base/pieces.hpp"
#include "base/text.hpp"
#include "system/files/byte_streams.hpp"
#include "system/system_error.hpp"

#include <array>
#include <cerrno>
#include <filesystem>
#include <set>
#include <span>

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>

namespace onload_node {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t read_at_once = std::size_t{128} * 1024;

/// SHA-256, piece by piece.
class Sha256 final {
public:
    Sha256() : usable_(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1) {}

    void add(std::span<const std::byte> bytes) {
        usable_ = usable_ && EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1;
    }

    Result<std::string> hex() {
        std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
        unsigned length = 0;
        if (!usable_ || EVP_DigestFinal_ex(context_.get(), digest.data(), &length) != 1) {
            return failure(ErrorCode::io, "libcrypto computes no SHA-256 on this machine");
        }
        return hexadecimal(std::as_bytes(std::span(digest).first(length)));
    }

private:
    Handle<EVP_MD_CTX, EVP_MD_CTX_free> context_{EVP_MD_CTX_new()};
    bool usable_;
};

/// Each text ends with a zero byte, which no path has: two different lists never look the same.
void add_text(Sha256& digest, const std::string& text) {
    digest.add(std::as_bytes(std::span(text.c_str(), text.size() + 1)));
}

Result<void> add_bytes(Sha256& digest, const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return errno_failure("cannot read " + path, errno);
    }
    const auto content = descriptor_stream(fd, path);
    std::array<std::byte, read_at_once> buffer;  // NOLINT: filled before it is read
    return for_each_piece(*content, buffer, [&](std::span<const std::byte> piece) {
        digest.add(piece);
        return Result<void>();
    });
}

/// Owner, group and permissions: who may change it is part of what it is.
void add_rights(Sha256& digest, const struct stat& status) {
    add_text(
        digest,
        compose(
            "{} {} {}",
            std::to_string(status.st_uid),
            std::to_string(status.st_gid),
            std::to_string(status.st_mode)
        )
    );
}

/// `name`: the path below the directory, "" for what was asked for itself.
Result<void> add_entry(Sha256& digest, const std::string& path, const std::string& name) {
    struct stat status {};

    if (::lstat(path.c_str(), &status) != 0) {
        return errno_failure("cannot look at " + path, errno);
    }
    add_text(digest, name);
    add_rights(digest, status);
    if (S_ISLNK(status.st_mode)) {
        std::error_code error;
        add_text(digest, fs::read_symlink(path, error).string());
    }
    if (S_ISREG(status.st_mode)) {
        add_text(digest, std::to_string(status.st_size));
        return add_bytes(digest, path);
    }
    return {};
}

}  // namespace

Result<std::string> content_digest(const std::string& path) {
    Sha256 digest;
    std::error_code error;
    TRY(add_entry(digest, path, ""));
    std::set<std::string> names;
    for (fs::recursive_directory_iterator entry(path, error), end; !error && entry != end;
         entry.increment(error)) {
        names.insert(entry->path().string().substr(path.size()));
    }
    for (const auto& name : names) {
        TRY(add_entry(digest, compose("{}{}", path, name), name));
    }
    return digest.hex();
}

}  // namespace onload_node
