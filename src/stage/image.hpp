// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/staging_access.hpp"
#include "stage/source.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace onload_node {

/// How a registry is asked.
struct RegistryAccess {
    std::string authfile;  ///< "" for podman's own
    /// Whether certificates are checked. None: as the node's registries.conf says for each registry
    /// (podman-pull(1), --tls-verify), which is yes unless it is called insecure.
    std::optional<bool> tls_verify;
};

/// What outlives this program when it is killed.
class PullNote {
public:
    virtual ~PullNote() = default;

    /// What an earlier program has kept and not come to drop; "" if nothing.
    [[nodiscard]] virtual std::string left() const = 0;

    /// Keeps `text` until this program has come to its end.
    virtual void keep(const std::string& text) = 0;
};

/// An image on this node, unpacked by podman; with the object goes all that it has put there, and
/// nothing that was there before.
class PulledImage {
public:
    /// Gets the image: that of podman's storage if it may be there, else from a registry, an
    /// archive or a folder. The error says what is wrong with the registry, the credentials or the
    /// archive, in our words and podman's last ones. ErrorCode::not_found: it has to be in the
    /// storage, and is not. What a killed run has left goes first; `note`, which may be null, tells
    /// of one that was killed as podman had pulled its image.
    [[nodiscard]] static Result<PulledImage>
    get(Programs& programs,
        const Source& source,
        const RegistryAccess& access,
        PullNote* note = nullptr);

    PulledImage(PulledImage&& other) noexcept;
    PulledImage(const PulledImage&) = delete;
    PulledImage& operator=(const PulledImage&) = delete;
    PulledImage& operator=(PulledImage&&) = delete;
    ~PulledImage();

    /// True if podman's storage had it, and nobody was asked.
    [[nodiscard]] bool was_stored() const { return stored_; }

    /// Of its manifest; "" when podman does not tell.
    [[nodiscard]] const std::string& digest() const { return digest_; }

    /// About how many bytes its files are, as podman counts them: those that a later layer replaces
    /// count as well. 0 when podman does not tell.
    [[nodiscard]] std::uint64_t size() const { return size_; }

    /// Its files, as a tar archive.
    [[nodiscard]] Result<std::unique_ptr<ByteStream>> files();

private:
    PulledImage(Programs& programs, std::string id) : programs_(&programs), id_(std::move(id)) {}

    [[nodiscard]] Result<void>
    pull(const Source& source, const RegistryAccess& access, PullNote* note);
    void compare(const std::string& before, const std::string& earlier);
    [[nodiscard]] Result<void> unpack(const Source& source);

    Programs* programs_;
    std::string id_;
    std::string digest_;
    std::uint64_t size_ = 0;
    bool stored_ = false;
    bool was_there_ = true;           ///< before we came, under whatever name: it stays
    std::vector<std::string> names_;  ///< that it has got by us
};

}  // namespace onload_node
