// SPDX-License-Identifier: BSD-2-Clause
#include "device_plugin/onload_libraries.hpp"

#include "base/handle.hpp"
#include "base/text.hpp"
#include "core/formats/library_version.hpp"
#include "system/refusal.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <span>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace onload_node::device_plugin {

namespace {

constexpr std::string_view preloaded = "libonload.so";
constexpr std::int64_t nanoseconds = 1'000'000'000;

std::int64_t nanoseconds_of(const timespec& time) {
    return time.tv_sec * nanoseconds + time.tv_nsec;
}

std::string two_above(const std::string& directory) {
    return std::filesystem::path(directory).parent_path().parent_path().string();
}

std::string why_not(const std::string& path, int error) {
    if (error == ENOENT || error == ENOTDIR) {
        return compose("Onload's libraries are missing: no file {}", path);
    }
    return compose(
        "Onload's libraries cannot be read: {}",
        refusal(
            path,
            error,
            "containers cannot either; `systemctl restart onload-node-refresh` on the node labels "
            "them anew, and so does staging"
        )
    );
}

}  // namespace

LibraryView::LibraryView(std::string directory)
    : directory_(std::move(directory)), base_(two_above(directory_)) {}

Libraries LibraryView::look(const std::string& directory) {
    Libraries seen{resolved(directory), "", {}};
    const auto path = compose("{}/{}", directory, preloaded);
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd.valid()) {
        seen.problem = why_not(path, errno);
        return seen;
    }
    struct stat found = {};
    if (::fstat(fd.get(), &found) != 0 || !S_ISREG(found.st_mode)) {
        seen.problem = compose("Onload's libraries are missing: {} is not a file", path);
        return seen;
    }
    const Content content{
        found.st_dev,
        found.st_ino,
        nanoseconds_of(found.st_mtim),
        nanoseconds_of(found.st_ctim),
        found.st_size};
    if (content != read_) {
        take_versions(fd.get());
        read_ = content;
    }
    seen.versions = versions_;
    return seen;
}

std::string LibraryView::resolved(const std::string& path) const {
    std::error_code error;
    const auto real = std::filesystem::canonical(path, error);
    const auto base = error ? std::filesystem::path() : std::filesystem::canonical(base_, error);
    const auto below = error ? std::filesystem::path() : real.lexically_relative(base);
    if (error || below.empty() || *below.begin() == "..") {
        return path;
    }
    return (std::filesystem::path(base_) / below).string();
}

std::set<std::string> LibraryView::paths(const std::string& directory) const {
    std::set<std::string> all;
    for (const auto& each : {directory_, directory}) {
        // Whoever moves or removes any of the folders above tells those that watch that one only.
        const auto folder = two_above(each);
        const auto middle = std::filesystem::path(each).parent_path().string();
        all.insert({folder, middle, each, compose("{}/{}", each, preloaded)});
    }
    return all;
}

void LibraryView::take_versions(int fd) {
    VersionScanner scanner;
    std::array<std::byte, 16384> buffer{};
    for (;;) {
        const auto size = ::read(fd, buffer.data(), buffer.size());
        if (size < 0 && errno == EINTR) {
            continue;
        }
        if (size <= 0) {
            break;
        }
        scanner.take(std::span(buffer).first(static_cast<std::size_t>(size)));
    }
    versions_ = scanner.finish();
}

}  // namespace onload_node::device_plugin
