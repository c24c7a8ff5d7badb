// SPDX-License-Identifier: BSD-2-Clause
#include "app/stage/stage_parts.hpp"
#include "base/text.hpp"
#include "stage/selection.hpp"
#include "stage/tar_entries.hpp"
#include "system/files/byte_streams.hpp"
#include "system/files/directory_entries.hpp"

#include <cstdio>
#include <filesystem>
#include <set>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

namespace onload_node {

namespace {

namespace fs = std::filesystem;

PathKind kind_at(const std::string& path) {
    struct stat status {};

    if (::stat(path.c_str(), &status) != 0) {
        return PathKind::missing;
    }
    return S_ISDIR(status.st_mode) ? PathKind::directory : PathKind::file;
}

/// The options for podman. The configured authfile may be missing on a node that needs none.
RegistryAccess access_of(const Command& command, const StageConfig& config) {
    const bool there = ::access(config.authfile.c_str(), R_OK) == 0;
    return {
        !command.authfile.empty() ? command.authfile : (there ? config.authfile : std::string()),
        command.tls_verify.value_or(config.tls_verify)};
}

Result<OpenSource> pulled(const Source& source, const RegistryAccess& access, Programs& programs) {
    if (source.kind == SourceKind::image && !access.tls_verify) {
        std::fputs("onload-node: the registry's certificate is not checked\n", stderr);
    }
    auto image = PulledImage::pull(programs, source, access);
    if (!image) {
        return tl::unexpected(image.error());
    }
    auto bytes = TRY(image->files());
    OpenSource opened;
    opened.digest = source.kind == SourceKind::image ? image->digest() : file_stamp(source);
    opened.image.emplace(std::move(*image));
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

std::string file_stamp(const Source& source) {
    struct stat status {};

    const auto file =
        source.is_image() ? source.where.substr(0, source.where.find(':')) : source.where;
    const bool is_file = source.kind != SourceKind::image && source.kind != SourceKind::directory &&
                         ::stat(file.c_str(), &status) == 0;
    return is_file ? compose(
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
