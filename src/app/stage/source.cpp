// SPDX-License-Identifier: BSD-2-Clause
#include "app/progress/live_meter.hpp"
#include "app/stage/stage_parts.hpp"
#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "stage/oci_archive.hpp"
#include "stage/selection.hpp"
#include "stage/tar_entries.hpp"
#include "system/files/byte_streams.hpp"
#include "system/files/directories.hpp"
#include "system/files/directory_entries.hpp"
#include "system/files/file_bytes.hpp"
#include "system/files/files.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

namespace onload_node {

namespace {

namespace fs = std::filesystem;

constexpr const char* temporary_directory = "TMPDIR";

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

/// The options for podman. The configured authfile may be missing on a node that needs none.
RegistryAccess access_of(const Command& command, const StageConfig& config) {
    const bool there = ::access(config.authfile.c_str(), R_OK) == 0;
    RegistryAccess access;
    access.authfile =
        !command.authfile.empty() ? command.authfile : (there ? config.authfile : std::string());
    access.tls_verify = command.tls_verify;
    if (!access.tls_verify && !config.tls_verify) {
        access.tls_verify = false;
    }
    return access;
}

Result<PulledImage> get_image(
    Programs& programs, const Source& source, const RegistryAccess& access, PullScratch& scratch
) {
    const auto unpacked = TRY(unpack_oci_archive(programs, source, scratch.layout()));
    return PulledImage::get(programs, unpacked, access, &scratch);
}

/// The size of a tar file that is read as it is; 0 where it has to be unpacked first.
std::uint64_t plain_size(const std::string& path) {
    constexpr std::size_t magic_at = 257;
    constexpr std::string_view magic = "ustar";
    std::array<char, magic_at + magic.size()> head{};
    if (!is_file(path)) {
        return 0;
    }
    std::ifstream file(path, std::ios::binary);
    file.read(head.data(), head.size());
    const std::string_view all(head.data(), static_cast<std::size_t>(file.gcount()));
    std::error_code error;
    const auto size = all.ends_with(magic) && all.size() == head.size() ? fs::file_size(path, error)
                                                                        : std::uintmax_t{0};
    return error ? 0 : size;
}

void tell_of_registry(const Source& source, const RegistryAccess& access, bool was_stored) {
    if (was_stored) {
        std::fprintf(
            stderr,
            "onload-node: podman's storage has %s, no registry is asked; docker://REFERENCE asks "
            "it\n",
            source.where.c_str()
        );
    } else if (source.may_be_in_registry() && access.tls_verify == false) {
        std::fputs("onload-node: the registry's certificate was not checked\n", stderr);
    }
}

Result<OpenSource> pulled(
    const Source& source,
    const RegistryAccess& access,
    Programs& programs,
    std::unique_ptr<PullScratch> scratch,
    LiveMeter& meter
) {
    meter.begin(compose("pulling {}", source.text), 0, [&scratch] { return scratch->brought(); });
    auto got = get_image(programs, source, access, *scratch);
    // The scratch folder moves on from here.
    meter.begin(compose("reading {}", source.text), got ? got->size() : 0);
    if (!got) {
        return tl::unexpected(got.error());
    }
    PulledImage image = std::move(*got);
    meter.beside([&] { tell_of_registry(source, access, image.was_stored()); });
    auto bytes = TRY(image.files());
    OpenSource opened;
    opened.scratch = std::move(scratch);
    opened.digest = file_stamp(source);
    if (opened.digest.empty()) {
        opened.digest = image.digest();
    }
    opened.image.emplace(std::move(image));
    opened.bytes = metered(std::move(bytes), meter);
    opened.entries = std::make_unique<TarEntries>(*opened.bytes);
    return opened;
}

/// A podman that was killed has helpers, which may write for a moment after it.
void take_away(const std::string& path) {
    constexpr std::chrono::milliseconds pause(50);
    constexpr int most = 40;
    for (int i = 0; i < most && !remove_directory(path); ++i) {
        std::this_thread::sleep_for(pause);
    }
}

/// Where a path leads, without links; "" if nowhere.
std::string real_path(const std::string& path) {
    const std::unique_ptr<char, decltype(&std::free)> real(
        ::realpath(path.c_str(), nullptr), &std::free
    );
    return real ? real.get() : "";
}

std::string note_in(const std::string& folder) {
    return folder + "/images-before";
}

/// The selected paths of a directory, each place once: /sbin leads to /usr/sbin in most systems,
/// and /opt to /var/opt in those of ostree. A path that leads out of the directory is none of them:
/// in an unpacked image such links are absolute, and what is there is this machine's.
std::vector<std::string> paths_in(const std::string& directory) {
    const auto top = real_path(compose("{}/", directory));
    std::set<std::string> seen;
    std::vector<std::string> paths = selected_paths();
    std::erase_if(paths, [&](const std::string& path) {
        const auto name = path.rfind('/') + 1;
        const auto folder = real_path(compose("{}/{}", directory, path.substr(0, name)));
        const bool inside = compose("{}/", folder).starts_with(top == "/" ? top : top + "/");
        return folder.empty() || !inside ||
               !seen.insert(compose("{}/{}", folder, path.substr(name))).second;
    });
    return paths;
}

}  // namespace

PullScratch::PullScratch(const std::string& root)
    : path_(compose("{}{}", root, paths::pull_directory))
    , left_(SystemFiles().read(note_in(path_)).value_or("")) {
    take_away(path_);
    if (const auto layout = compose("{}{}", root, paths::pull_layout); make_directories(layout)) {
        layout_ = layout;
        // Podman heeds it, and so do the programs that it starts.
        ::setenv(temporary_directory, path_.c_str(), 1);
    }
}

void PullScratch::keep(const std::string& text) {
    if (!layout_.empty()) {
        // Without it a killed run leaves an image, and no more than that.
        static_cast<void>(SystemFiles().write(note_in(path_), text));
    }
}

PullScratch::~PullScratch() {
    ::unsetenv(temporary_directory);
    take_away(path_);
}

Result<Source> find_source(const std::string& text) {
    return understand_source(text, kind_at);
}

std::string expand_source(const std::string& text, const std::string& kernel) {
    return with_kernel(text, kernel, kind_at);
}

std::string file_stamp(const Source& source) {
    struct stat status {};

    const auto file = source.stamped_file();
    const bool has_stamp = !file.empty() && ::stat(file.c_str(), &status) == 0;
    return has_stamp ? compose(
                           "{} bytes of {}.{}",
                           std::to_string(status.st_size),
                           std::to_string(status.st_mtim.tv_sec),
                           std::to_string(status.st_mtim.tv_nsec)
                       )
                     : "";
}

std::uint64_t PullScratch::brought() {
    std::error_code error;
    for (fs::recursive_directory_iterator file(path_, error), end; !error && file != end;
         file.increment(error)) {
        std::error_code gone;
        const auto size = file->is_regular_file(gone) ? file->file_size(gone) : 0;
        auto& most = sizes_[file->path()];
        most = gone ? most : std::max<std::uint64_t>(most, size);
    }
    std::uint64_t sum = 0;
    for (const auto& [path, size] : sizes_) {
        sum += size;
    }
    return sum;
}

Result<OpenSource> open_source(
    const Source& source,
    const Command& command,
    const StageConfig& config,
    Programs& programs,
    LiveMeter& meter
) {
    if (source.is_image()) {
        auto scratch = std::make_unique<PullScratch>(command.root.value_or(""));
        return pulled(source, access_of(command, config), programs, std::move(scratch), meter);
    }
    OpenSource opened;
    meter.begin(
        compose("reading {}", source.text),
        source.kind == SourceKind::tar ? plain_size(source.where) : 0
    );
    if (source.kind == SourceKind::directory) {
        const auto directory = source.where.substr(0, source.where.find_last_not_of('/') + 1);
        opened.entries =
            metered(std::make_unique<DirectoryEntries>(directory, paths_in(directory)), meter);
        return opened;
    }
    auto bytes = TRY(open_unpacked(source.where));
    opened.digest = file_stamp(source);
    opened.bytes = metered(std::move(bytes), meter);
    opened.entries = std::make_unique<TarEntries>(*opened.bytes);
    return opened;
}

}  // namespace onload_node
