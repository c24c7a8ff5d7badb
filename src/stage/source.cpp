// SPDX-License-Identifier: BSD-2-Clause
#include "stage/source.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <string_view>

namespace onload_node {

namespace {

constexpr std::string_view oci = "oci-archive:";
constexpr std::string_view docker = "docker-archive:";
constexpr std::string_view registry = "docker://";

Result<Source> archive(
    const std::string& text,
    std::string_view prefix,
    SourceKind kind,
    const std::function<PathKind(const std::string&)>& look
) {
    const std::string path = text.substr(prefix.size());
    // ":NAME" after the file may select one image of an archive with several.
    const std::string file = path.substr(0, path.find(':'));
    if (file.empty()) {
        return failure(ErrorCode::usage, compose("there is no file behind {}", prefix));
    }
    if (look(file) != PathKind::file) {
        return failure(ErrorCode::not_found, compose("{}: there is no file {}", text, file));
    }
    return Source{kind, text, path};
}

bool looks_like_reference(std::string_view text) {
    constexpr std::string_view others = "._-/:@";
    const auto fits = [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               others.find(c) != std::string_view::npos;
    };
    return !text.empty() && text.front() != '-' && std::ranges::all_of(text, fits);
}

}  // namespace

std::string Source::podman_name() const {
    const auto prefix = kind == SourceKind::oci_archive      ? oci
                        : kind == SourceKind::docker_archive ? docker
                                                             : registry;
    return compose("{}{}", prefix, where);
}

bool names_kernel(const std::string& text) {
    return text.find(kernel_variable) != std::string::npos;
}

std::string with_kernel(std::string text, const std::string& kernel) {
    const std::string_view variable(kernel_variable);
    for (auto at = text.find(variable); at != std::string::npos;
         at = text.find(variable, at + kernel.size())) {
        text.replace(at, variable.size(), kernel);
    }
    return text;
}

Result<Source> understand_source(
    const std::string& text, const std::function<PathKind(const std::string&)>& look
) {
    if (text.starts_with(oci)) {
        return archive(text, oci, SourceKind::oci_archive, look);
    }
    if (text.starts_with(docker) && !text.starts_with(registry)) {
        return archive(text, docker, SourceKind::docker_archive, look);
    }
    switch (look(text)) {
    case PathKind::directory:
        return Source{SourceKind::directory, text, text};
    case PathKind::file:
        return Source{SourceKind::tar, text, text};
    case PathKind::missing:
        break;
    }
    if (text.starts_with('/') || text.starts_with('.')) {
        return failure(
            ErrorCode::not_found, compose("{}: there is no such file or directory", text)
        );
    }
    const auto reference = text.starts_with(registry) ? text.substr(registry.size()) : text;
    if (!looks_like_reference(reference)) {
        return failure(
            ErrorCode::usage,
            compose("\"{}\" is no file, directory, archive or image reference", text)
        );
    }
    return Source{SourceKind::image, text, reference};
}

}  // namespace onload_node
