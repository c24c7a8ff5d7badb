// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <functional>
#include <string>

namespace onload_node {

enum class SourceKind { directory, tar, oci_archive, docker_archive, image };

/// What a local path is.
enum class PathKind { missing, file, directory };

/// A parsed SOURCE.
struct Source {
    SourceKind kind = SourceKind::image;
    std::string text;   ///< as given, for messages and the record
    std::string where;  ///< path, or image reference without a transport

    /// True for an image that podman has to fetch, from a registry or an archive.
    [[nodiscard]] bool is_image() const {
        return kind != SourceKind::directory && kind != SourceKind::tar;
    }

    /// How podman spells it.
    [[nodiscard]] std::string podman_name() const;
};

inline constexpr const char* kernel_variable = "${kernel}";

[[nodiscard]] bool names_kernel(const std::string& text);

/// Replaces every `${kernel}`.
[[nodiscard]] std::string with_kernel(std::string text, const std::string& kernel);

/// Tells paths, archives and references apart. ErrorCode::not_found: the file does not exist.
/// ErrorCode::usage: `text` cannot be a source.
[[nodiscard]] Result<Source> understand_source(
    const std::string& text, const std::function<PathKind(const std::string& path)>& look
);

}  // namespace onload_node
