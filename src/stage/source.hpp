// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <functional>
#include <string>

namespace onload_node {

/// Of images: `image` is what podman's storage has, else what the registry has; `registry` and
/// `stored` insist on one of them. CRI-O has the same storage (cri-o/cri-o, docs/crio.conf.5.md,
/// `root`), and what is pinned on a node is in it (openshift/enhancements,
/// enhancements/machine-config/pin-and-pre-load-images.md).
enum class SourceKind {
    directory,
    tar,
    oci_archive,
    docker_archive,
    image_directory,
    oci_layout,
    image,
    registry,
    stored
};

/// What a local path is. An image directory is one that `skopeo copy dir:` has written.
enum class PathKind { missing, file, directory, image_directory, oci_layout };

using PathLook = std::function<PathKind(const std::string& path)>;

/// A parsed SOURCE.
struct Source {
    SourceKind kind = SourceKind::image;
    std::string text;   ///< as given, for messages and the record
    std::string where;  ///< path, or image reference or id without a transport

    /// True for an image that podman has to unpack, wherever it is.
    [[nodiscard]] bool is_image() const {
        return kind != SourceKind::directory && kind != SourceKind::tar;
    }

    /// True if it may be in podman's storage.
    [[nodiscard]] bool may_be_stored() const {
        return kind == SourceKind::image || kind == SourceKind::stored;
    }

    /// True if a registry may be asked.
    [[nodiscard]] bool may_be_in_registry() const {
        return kind == SourceKind::image || kind == SourceKind::registry;
    }

    /// How podman spells it.
    [[nodiscard]] std::string podman_name() const;

    /// The file that changes when the content does; "" if there is no such.
    [[nodiscard]] std::string stamped_file() const;
};

[[nodiscard]] bool names_kernel(const std::string& text);

/// Replaces every `${kernel}`: in a path by the kernel's name, in an image reference by what KMM
/// makes of it, where each character that no tag may have is a "_". What could be both is a path if
/// that exists.
[[nodiscard]] std::string
with_kernel(const std::string& text, const std::string& kernel, const PathLook& look);

/// Tells paths, archives, folders of images and references apart. ErrorCode::not_found: the file
/// does not exist. ErrorCode::mismatch: the folder is no image. ErrorCode::usage: `text` cannot be
/// a source.
[[nodiscard]] Result<Source> understand_source(const std::string& text, const PathLook& look);

}  // namespace onload_node
