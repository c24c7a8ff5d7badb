// SPDX-License-Identifier: BSD-2-Clause
#include "system/files/directory_entries.hpp"

#include "base/text.hpp"
#include "system/system_error.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>

namespace onload_node {

namespace {

namespace fs = std::filesystem;

EntryKind kind_of(mode_t mode) {
    if (S_ISREG(mode)) {
        return EntryKind::file;
    }
    if (S_ISDIR(mode)) {
        return EntryKind::directory;
    }
    return S_ISLNK(mode) ? EntryKind::link : EntryKind::other;
}

}  // namespace

DirectoryEntries::DirectoryEntries(std::string directory, std::vector<std::string> paths)
    : directory_(std::move(directory)), paths_(std::move(paths)) {
    std::reverse(paths_.begin(), paths_.end());
}

Result<void> DirectoryEntries::describe(ArchiveEntry& entry, const std::string& path) {
    struct stat status {};

    if (::lstat(path.c_str(), &status) != 0) {
        return errno_failure("cannot look at " + path, errno);
    }
    entry = ArchiveEntry();
    entry.path = path.substr(directory_.size() + 1);
    entry.kind = kind_of(status.st_mode);
    entry.executable = (status.st_mode & 0111U) != 0;
    entry.set_id = (status.st_mode & (S_ISUID | S_ISGID)) != 0;
    entry.size = entry.kind == EntryKind::file ? static_cast<std::uint64_t>(status.st_size) : 0;
    if (entry.kind == EntryKind::link) {
        std::error_code error;
        entry.target = fs::read_symlink(path, error).string();
        if (error) {
            return errno_failure("cannot read the link " + path, error.value());
        }
    }
    file_ = path;
    fd_.reset();
    return {};
}

/// Begins the next path that exists; false when none is left.
Result<bool> DirectoryEntries::begin_path(ArchiveEntry& entry) {
    while (!paths_.empty()) {
        const std::string path = compose("{}/{}", directory_, paths_.back());
        paths_.pop_back();
        std::error_code error;
        const auto type = fs::symlink_status(path, error).type();
        if (type == fs::file_type::not_found) {
            continue;
        }
        if (type == fs::file_type::directory) {
            walk_ = fs::recursive_directory_iterator(path, error);
        }
        if (error) {
            return errno_failure("cannot look into " + path, error.value());
        }
        TRY(describe(entry, path));
        return true;
    }
    return false;
}

Result<bool> DirectoryEntries::next(ArchiveEntry& entry) {
    if (walk_ == fs::recursive_directory_iterator()) {
        return begin_path(entry);
    }
    TRY(describe(entry, walk_->path().string()));
    std::error_code error;
    walk_.increment(error);
    if (error) {
        return errno_failure("cannot look behind " + file_, error.value());
    }
    return true;
}

Result<std::size_t> DirectoryEntries::read(std::span<std::byte> room) {
    if (!fd_.valid()) {
        fd_ = UniqueFd(::open(file_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    }
    for (;;) {
        const ssize_t count =
            fd_.valid() ? ::read(fd_.get(), room.data(), room.size()) : ssize_t{-1};
        if (count >= 0) {
            return static_cast<std::size_t>(count);
        }
        if (errno != EINTR) {
            return errno_failure("cannot read " + file_, errno);
        }
    }
}

}  // namespace onload_node
