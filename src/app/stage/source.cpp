// SPDX-License-Identifier: BSD-2-Clause
#include "app/stage/stage_parts.hpp"
#include "base/sizes.hpp"
#include "base/text.hpp"
#include "stage/selection.hpp"
#include "stage/tar_entries.hpp"
#include "system/files/byte_streams.hpp"
#include "system/files/digest.hpp"
#include "system/files/directory_entries.hpp"
#include "system/files/file_bytes.hpp"

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <set>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

namespace onload_node {

namespace {

namespace fs = std::filesystem;

/// No manifest is as large.
constexpr std::uintmax_t largest_manifest = 4 * mebibyte;

bool is_file(const std::string& path) {
    std::error_code error;
    return fs::is_regular_file(path, error);
}

PathKind kind_of_directory(const std::string& path) {
    if (is_file(path + "/oci-layout") && is_file(path + "/index.json")) {
        return PathKind::oci_layout;
    }
    const bool image =
        is_file(path + "/manifest.json") &&
        read_text_file(path + "/version").value_or("").starts_with("Directory Transport Version");
    return image ? PathKind::image_directory : PathKind::directory;
}

PathKind kind_at(const std::string& path) {
    struct stat status {};

    if (::stat(path.c_str(), &status) != 0) {
        return PathKind::missing;
    }
    return S_ISDIR(status.st_mode) ? kind_of_directory(path) : PathKind::file;
}

/// The digest of an image in a folder is that of its manifest.
std::string manifest_digest(const std::string& file) {
    std::error_code error;
    if (fs::file_size(file, error) > largest_manifest || error) {
        return "";
    }
    const auto bytes = read_file_bytes(file, Links::follow);
    const auto digest = bytes ? sha256_hex(*bytes) : tl::unexpected(bytes.error());
    return digest ? compose("sha256:{}", *digest) : "";
}

/// The options for podman. The configured authfile may be missing on a node that needs none.
RegistryAccess access_of(const Command& command, const StageConfig& config) {
    const bool there = ::access(config.authfile.c_str(), R_OK) == 0;
    return {
        !command.authfile.empty() ? command.authfile : (there ? config.authfile : std::string()),
        command.tls_verify.value_or(config.tls_verify)};
}

Result<PulledImage>
image_of(const Source& source, const RegistryAccess& access, Programs& programs) {
    if (source.may_be_stored()) {
        auto stored = TRY(PulledImage::stored(programs, source));
        if (stored) {
            std::fprintf(
                stderr,
                "onload-node: podman's storage has %s, no registry is asked%s%s\n",
                source.where.c_str(),
                source.may_be_in_registry() ? "; to ask it: docker://" : "",
                source.may_be_in_registry() ? source.where.c_str() : ""
            );
            return std::move(*stored);
        }
    }
    if (source.kind == SourceKind::stored) {
        return failure(
            ErrorCode::not_found, compose("{}: podman's storage has no such image", source.text)
        );
    }
    if (source.may_be_in_registry() && !access.tls_verify) {
        std::fputs("onload-node: the registry's certificate is not checked\n", stderr);
    }
    return PulledImage::pull(programs, source, access);
}

Result<OpenSource> pulled(const Source& source, const RegistryAccess& access, Programs& programs) {
    auto image = TRY(image_of(source, access, programs));
    auto bytes = TRY(image.files());
    OpenSource opened;
    opened.digest = file_stamp(source);
    if (opened.digest.empty()) {
        opened.digest = image.digest();
    }
    opened.image.emplace(std::move(image));
    opened.bytes = std::move(bytes);
    opened.entries = std::make_unique<TarEntries>(*opened.bytes);
    return opened;
}

/// The selected paths of a directory, each place once: /sbin leads to /usr/sbin in most systems,
/// and /opt to /var/opt in those of ostree. A path that leads out of the directory is none of them:
/// in an unpacked image such links are absolute, and what is there is this machine's.
std::vector<std::string> paths_in(const std::string& directory) {
    std::error_code error;
    const auto top = fs::canonical(directory.empty() ? "/" : directory, error).string();
    const auto below = top == "/" ? top : compose("{}/", top);
    std::set<std::string> seen;
    std::vector<std::string> paths;
    for (auto& path : selected_paths()) {
        const fs::path full = compose("{}/{}", directory, path);
        auto place = fs::canonical(full.parent_path(), error);
        if (error) {
            continue;
        }
        place /= full.filename();
        if (place.string().starts_with(below) && seen.insert(place.string()).second) {
            paths.push_back(std::move(path));
        }
    }
    return paths;
}

}  // namespace

Result<Source> find_source(const std::string& text) {
    return understand_source(text, kind_at);
}

std::string expand_source(const std::string& text, const std::string& kernel) {
    return with_kernel(text, kernel, kind_at);
}

std::string file_stamp(const Source& source) {
    struct stat status {};

    if (source.may_be_stored() || source.may_be_in_registry()) {
        return "";
    }
    if (source.kind == SourceKind::image_directory) {
        return manifest_digest(source.where + "/manifest.json");
    }
    const auto file = source.path() + (source.kind == SourceKind::oci_layout ? "/index.json" : "");
    const bool has_stamp =
        source.kind != SourceKind::directory && ::stat(file.c_str(), &status) == 0;
    return has_stamp ? compose(
                           "{} bytes of {}.{}",
                           std::to_string(status.st_size),
                           std::to_string(status.st_mtim.tv_sec),
                           std::to_string(status.st_mtim.tv_nsec)
                       )
                     : "";
}

Result<OpenSource> open_source(
    const Source& source, const Command& command, const StageConfig& config, Programs& programs
) {
    if (source.is_image()) {
        return pulled(source, access_of(command, config), programs);
    }
    OpenSource opened;
    if (source.kind == SourceKind::directory) {
        const auto directory = source.where.substr(0, source.where.find_last_not_of('/') + 1);
        opened.entries = std::make_unique<DirectoryEntries>(directory, paths_in(directory));
        return opened;
    }
    auto bytes = TRY(open_unpacked(source.where));
    opened.digest = file_stamp(source);
    opened.bytes = std::move(bytes);
    opened.entries = std::make_unique<TarEntries>(*opened.bytes);
    return opened;
}

}  // namespace onload_node
