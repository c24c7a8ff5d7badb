// SPDX-License-Identifier: BSD-2-Clause
#include "stage/source.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>
#include <utility>

namespace onload_node {

namespace {

constexpr std::string_view kernel_variable = "${kernel}";

/// Podman's transports: containers/image, docs/containers-transports.5.md.
struct Transport {
    std::string_view prefix;
    SourceKind kind;
    PathKind path;  ///< what is behind the prefix; `missing` for a reference
    bool tagged;    ///< ":NAME" behind the path may select one of several images
};

constexpr Transport transports[] = {
    {"oci-archive:", SourceKind::oci_archive, PathKind::file, true},
    {"docker-archive:", SourceKind::docker_archive, PathKind::file, true},
    {"dir:", SourceKind::image_directory, PathKind::image_directory, false},
    {"oci:", SourceKind::oci_layout, PathKind::oci_layout, true},
    {"docker://", SourceKind::registry, PathKind::missing, false},
    {"containers-storage:", SourceKind::stored, PathKind::missing, false},
};

const Transport* transport_of(std::string_view text) {
    const auto* const found = std::ranges::find_if(transports, [&](const Transport& transport) {
        return text.starts_with(transport.prefix);
    });
    return found == std::end(transports) ? nullptr : found;
}

bool is_tag_character(char c) {
    constexpr std::string_view others = "._-";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
}

bool looks_like_reference(std::string_view text) {
    constexpr std::string_view separators = "/:@";
    return !text.empty() && text.front() != '-' && std::ranges::all_of(text, [&](char c) {
        return is_tag_character(c) || separators.find(c) != std::string_view::npos;
    });
}

/// "sha256:..." or as much of the digits as podman shows. No registry knows an image by them.
bool looks_like_id(std::string_view text) {
    constexpr std::string_view algorithm = "sha256:";
    constexpr std::size_t shown = 12;
    constexpr std::size_t whole = 64;
    const bool named = text.starts_with(algorithm);
    text.remove_prefix(named ? algorithm.size() : 0);
    return (named || text.size() >= shown) && text.size() <= whole &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// The part of what stands behind a transport that is a path.
std::string_view path_part(std::string_view where, bool tagged) {
    return where.substr(0, tagged ? where.find(':') : where.size());
}

Result<Source> on_disk(const std::string& text, const Transport& transport, const PathLook& look) {
    const std::string where = text.substr(transport.prefix.size());
    const std::string path(path_part(where, transport.tagged));
    const bool file = transport.path == PathKind::file;
    if (path.empty()) {
        return failure(
            ErrorCode::usage,
            compose("there is no {} behind {}", file ? "file" : "folder", transport.prefix)
        );
    }
    const auto found = look(path);
    if (found == transport.path) {
        return Source{transport.kind, text, where};
    }
    if (file || found == PathKind::missing) {
        return failure(
            ErrorCode::not_found,
            compose("{}: there is no {} {}", text, file ? "file" : "folder", path)
        );
    }
    return failure(
        ErrorCode::mismatch,
        compose(
            "{}: {} is no image; it would have {}",
            text,
            path,
            transport.kind == SourceKind::oci_layout ? "oci-layout and index.json"
                                                     : "version and manifest.json"
        )
    );
}

Result<Source> reference(const std::string& text, std::string where, SourceKind kind) {
    if (!looks_like_reference(where)) {
        return failure(
            ErrorCode::usage,
            compose("\"{}\" is no file, directory, archive or image reference", text)
        );
    }
    return Source{kind, text, std::move(where)};
}

std::string replaced(std::string_view text, std::string_view kernel) {
    std::string result;
    for (;;) {
        const auto at = text.find(kernel_variable);
        result += text.substr(0, at);
        if (at == std::string_view::npos) {
            return result;
        }
        result += kernel;
        text.remove_prefix(at + kernel_variable.size());
    }
}

/// By KMM's rule: kubernetes-sigs/kernel-module-management, internal/kernel/kernel.go,
/// NormalizeVersion.
std::string as_tag(std::string kernel) {
    std::ranges::replace_if(kernel, std::not_fn(is_tag_character), '_');
    return kernel;
}

}  // namespace

std::string Source::podman_name() const {
    for (const auto& transport : transports) {
        if (transport.kind == kind) {
            return compose("{}{}", transport.prefix, where);
        }
    }
    return compose("docker://{}", where);
}

std::string Source::stamped_file() const {
    std::string path = where.substr(0, where.find(':'));
    switch (kind) {
    case SourceKind::tar:
        return where;
    case SourceKind::oci_archive:
    case SourceKind::docker_archive:
        return path;
    case SourceKind::oci_layout:
        return path + "/index.json";
    case SourceKind::image_directory:
        return where + "/manifest.json";
    default:
        return "";
    }
}

bool names_kernel(const std::string& text) {
    return text.find(kernel_variable) != std::string::npos;
}

std::string with_kernel(const std::string& text, const std::string& kernel, const PathLook& look) {
    const auto* const transport = transport_of(text);
    const auto tag = as_tag(kernel);
    if (transport != nullptr && transport->path != PathKind::missing) {
        const auto where = text.substr(transport->prefix.size());
        const auto path = path_part(where, transport->tagged);
        return compose(
            "{}{}{}",
            transport->prefix,
            replaced(path, kernel),
            replaced(where.substr(path.size()), tag)
        );
    }
    const auto path = replaced(text, kernel);
    const bool is_path = transport == nullptr && (text.starts_with('/') || text.starts_with('.') ||
                                                  look(path) != PathKind::missing);
    return is_path ? path : replaced(text, tag);
}

Result<Source> understand_source(const std::string& text, const PathLook& look) {
    const auto* const transport = transport_of(text);
    if (transport != nullptr && transport->path != PathKind::missing) {
        return on_disk(text, *transport, look);
    }
    if (transport != nullptr) {
        return reference(text, text.substr(transport->prefix.size()), transport->kind);
    }
    switch (look(text)) {
    case PathKind::directory:
        return Source{SourceKind::directory, text, text};
    case PathKind::file:
        return Source{SourceKind::tar, text, text};
    case PathKind::image_directory:
        return Source{SourceKind::image_directory, text, text};
    case PathKind::oci_layout:
        return Source{SourceKind::oci_layout, text, text};
    case PathKind::missing:
        break;
    }
    if (text.starts_with('/') || text.starts_with('.')) {
        return failure(
            ErrorCode::not_found, compose("{}: there is no such file or directory", text)
        );
    }
    return reference(text, text, looks_like_id(text) ? SourceKind::stored : SourceKind::image);
}

}  // namespace onload_node
