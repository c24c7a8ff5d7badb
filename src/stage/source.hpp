// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <functional>
#include <string>

namespace onload_node {

enum class SourceKind { directory, tar, oci_archive, docker_archive, image };

/// What a local path is.
enum class PathKind { missing, file, directory };

/// A SOURCE, understood.
struct Source {
    SourceKind kind = SourceKind::image;
    std::string text;   ///< as it was given, for messages and the record
    std::string where;  ///< path, or reference without a transport

    /// An image that podman has to bring, from a registry or out of an archive.
    [[nodiscard]] bool is_image() const {
        return kind != SourceKind::directory && kind != SourceKind::tar;
    }

    /// What podman calls it.
    [[nodiscard]] std::string podman_name() const;
};

inline constexpr const char* kernel_variable = "${kernel}";

[[nodiscard]] bool names_kernel(const std::string& text);

/// Every `${kernel}` replaced.
[[nodiscard]] std::string with_kernel(std::string text, const std::string& kernel);

/// Tells paths, archives and references apart. ErrorCode::not_found: a file that is not there;
/// ErrorCode::usage: nothing that a source could be.
[[nodiscard]] Result<Source> understand_source(
    const std::string& text, const std::function<PathKind(const std::string& path)>& look
);

}  // namespace onload_node
