// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/staging_access.hpp"
#include "stage/source.hpp"

#include <memory>
#include <optional>
#include <string>

namespace onload_node {

/// How a registry is asked.
struct RegistryAccess {
    std::string authfile;  ///< "" for podman's own
    bool tls_verify = true;
};

/// An image on this node, unpacked by podman; with the object goes all that it has put there.
class PulledImage {
public:
    /// Gets the image. The error says what is wrong with the registry, the credentials or the
    /// archive, in our words and podman's last ones.
    [[nodiscard]] static Result<PulledImage>
    pull(Programs& programs, const Source& source, const RegistryAccess& access);

    PulledImage(PulledImage&& other) noexcept;
    PulledImage(const PulledImage&) = delete;
    PulledImage& operator=(const PulledImage&) = delete;
    PulledImage& operator=(PulledImage&&) = delete;
    ~PulledImage();

    /// Of its manifest; "" when podman does not tell.
    [[nodiscard]] const std::string& digest() const { return digest_; }

    /// Its files, as a tar archive.
    [[nodiscard]] Result<std::unique_ptr<ByteStream>> files();

private:
    PulledImage(Programs& programs, std::string id, bool was_there)
        : programs_(&programs), id_(std::move(id)), was_there_(was_there) {}

    Programs* programs_;
    std::string id_;
    std::string digest_;
    bool was_there_;  ///< before we came: it stays
};

/// What podman's complaint about a pull means, and what to do about it.
[[nodiscard]] Error
explain_pull(const Source& source, const RegistryAccess& access, const std::string& complaint);

}  // namespace onload_node
