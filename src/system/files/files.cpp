// SPDX-License-Identifier: BSD-2-Clause
#include "system/files/files.hpp"

#include "base/handle.hpp"
#include "base/text.hpp"
#include "system/files/directories.hpp"
#include "system/files/file_bytes.hpp"
#include "system/system_error.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace onload_node {

namespace {

/// The name of the temporary file, next to the file to be replaced. It is always the same: the next
/// write reuses what a power cut has left, and remove() removes it. It begins with a dot and has no
/// extension that others look for (*.link, *.rules). The lock of the run keeps two writers apart.
std::string unpublished(const std::string& path) {
    return parent_directory(path) + "/." + path.substr(path.rfind('/') + 1) + ".new";
}

/// A temporary file next to the one to be replaced. The destructor removes it unless it was
/// published under the final name.
class TemporaryFile final {
public:
    static Result<TemporaryFile> beside(const std::string& path) {
        std::string name = unpublished(path);
        constexpr int flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC;
        UniqueFd fd(::open(name.c_str(), flags, 0600));
        if (!fd.valid()) {
            return errno_failure("cannot make a file in " + parent_directory(path), errno);
        }
        return TemporaryFile(std::move(fd), std::move(name));
    }

    TemporaryFile(TemporaryFile&& other) noexcept
        : fd_(std::move(other.fd_)), name_(std::exchange(other.name_, {})) {}

    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    TemporaryFile& operator=(TemporaryFile&&) = delete;

    ~TemporaryFile() {
        if (!name_.empty()) {
            ::unlink(name_.c_str());
        }
    }

    Result<void> fill(const std::string& content) {
        TRY(write_all(fd_.get(), std::as_bytes(std::span(content)), name_));
        if (::fchmod(fd_.get(), 0644) != 0) {
            return errno_failure("cannot set the mode of " + name_, errno);
        }
        if (::fsync(fd_.get()) != 0) {
            return errno_failure(compose("cannot write {} to the disk", name_), errno);
        }
        return {};
    }

    Result<void> publish(const std::string& path) {
        if (::rename(name_.c_str(), path.c_str()) != 0) {
            return errno_failure(compose("cannot put {} in place", path), errno);
        }
        name_.clear();
        return sync_directory(parent_directory(path));
    }

private:
    TemporaryFile(UniqueFd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}

    UniqueFd fd_;
    std::string name_;
};

}  // namespace

SystemFiles::SystemFiles(std::string root) : root_(std::move(root)) {}

std::string SystemFiles::below_root(std::string_view path) const {
    return compose("{}{}", root_, path);
}

Result<std::string> SystemFiles::read(std::string_view path) const {
    return read_text_file(below_root(path));
}

Result<void> SystemFiles::write(std::string_view path, const std::string& content) {
    const std::string target = below_root(path);
    TRY(make_directories(parent_directory(target)));
    auto file = TRY(TemporaryFile::beside(target));
    TRY(file.fill(content));
    return file.publish(target);
}

Result<void> SystemFiles::remove(std::string_view path) {
    const std::string target = below_root(path);
    ::unlink(unpublished(target).c_str());
    if (::unlink(target.c_str()) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) {
            return {};
        }
        return errno_failure("cannot remove " + target, errno);
    }
    return sync_directory(parent_directory(target));
}

std::vector<std::string> SystemFiles::list(std::string_view directory) const {
    // Sorted by the container: the binary has it already, and std::sort would be a kilobyte more.
    std::set<std::string> entries;
    std::error_code error;
    std::filesystem::directory_iterator entry(below_root(directory), error);
    while (!error && entry != std::filesystem::directory_iterator()) {
        entries.insert(entry->path().filename().string());
        entry.increment(error);
    }
    return {entries.begin(), entries.end()};
}

bool SystemFiles::exists(std::string_view path) const {
    return ::access(below_root(path).c_str(), F_OK) == 0;
}

bool SystemFiles::executable(std::string_view path) const {
    struct stat status {};

    const bool found = ::stat(below_root(path).c_str(), &status) == 0;
    return found && S_ISREG(status.st_mode) &&
           (status.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0;
}

std::string SystemFiles::link_target(std::string_view path) const {
    std::error_code error;
    return std::filesystem::read_symlink(below_root(path), error).string();
}

}  // namespace onload_node
