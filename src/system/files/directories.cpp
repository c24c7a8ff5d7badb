// SPDX-License-Identifier: BSD-2-Clause
#include "system/files/directories.hpp"

#include "base/handle.hpp"
#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "system/processes/children.hpp"
#include "system/system_error.hpp"

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace onload_node {

namespace {

constexpr Milliseconds label_limit(10000);

/// Gives a new directory below /run the label that the SELinux policy has for it: udevd, for one,
/// may otherwise not read what we write for it. Our own has none. A label that cannot be set is no
/// reason to stop: what becomes of it is seen where the names are awaited.
void label_as_the_policy_says(const std::string& path) {
    if (path.starts_with("/run/") && !path.starts_with(paths::run_directory) &&
        ::access(paths::selinux.data(), F_OK) == 0) {
        static_cast<void>(run_in_child(
            [&path](int) { return ::execlp("restorecon", "restorecon", path.c_str(), nullptr); },
            label_limit
        ));
    }
}

}  // namespace

std::string parent_directory(const std::string& path) {
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) {
        return ".";
    }
    return slash == 0 ? "/" : path.substr(0, slash);
}

Result<void> make_directories(const std::string& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
        return {};
    }
    const std::string parent = parent_directory(path);
    if (parent != path) {
        TRY(make_directories(parent));
    }
    if (::mkdir(path.c_str(), 0755) != 0) {
        const int number = errno;
        // Another process may have made it meanwhile. Anything but a directory is an error.
        if (number == EEXIST && std::filesystem::is_directory(path, ignored)) {
            return {};
        }
        return errno_failure("cannot make the directory " + path, number);
    }
    // mkdir(2) applied the umask.
    if (::chmod(path.c_str(), 0755) != 0) {
        return errno_failure("cannot set the mode of " + path, errno);
    }
    label_as_the_policy_says(path);
    return sync_directory(parent);
}

Result<void> sync_directory(const std::string& path) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd.valid()) {
        return errno_failure("cannot open the directory " + path, errno);
    }
    // EINVAL: this file system has nothing to write back.
    if (::fsync(fd.get()) != 0 && errno != EINVAL) {
        return errno_failure(compose("cannot write the directory {} to the disk", path), errno);
    }
    return {};
}

std::uint64_t directory_bytes(const std::string& path) {
    namespace fs = std::filesystem;
    std::uint64_t bytes = 0;
    std::error_code error;
    fs::recursive_directory_iterator entry(
        path, fs::directory_options::skip_permission_denied, error
    );
    while (!error && entry != fs::recursive_directory_iterator()) {
        std::error_code unreadable;
        if (entry->symlink_status(unreadable).type() == fs::file_type::regular) {
            const auto size = entry->file_size(unreadable);
            bytes += unreadable ? 0 : size;
        }
        entry.increment(error);
    }
    return bytes;
}

Result<void> remove_directory(const std::string& path) {
    std::error_code error;
    std::filesystem::remove_all(path, error);
    if (error) {
        return errno_failure("cannot remove " + path, error.value());
    }
    return {};
}

bool same_directory(const std::string& one, const std::string& other) {
    std::error_code error;
    return std::filesystem::equivalent(one, other, error) && !error;
}

namespace {

int rename_with(const std::string& here, const std::string& there, unsigned flags) {
    return ::renameat2(AT_FDCWD, here.c_str(), AT_FDCWD, there.c_str(), flags);
}

}  // namespace

Result<void> put_in_place(const std::string& here, const std::string& there) {
    if (rename_with(here, there, RENAME_EXCHANGE) == 0) {
        return {};
    }
    // There is nothing to exchange with yet.
    if (errno == ENOENT && rename_with(here, there, RENAME_NOREPLACE) == 0) {
        return {};
    }
    const int number = errno;
    const char* const hint = number == EXDEV    ? "; they are on different file systems"
                             : number == EINVAL ? "; this file system cannot exchange two names"
                                                : "";
    return errno_failure(compose("cannot put {} in the place of {}{}", here, there, hint), number);
}

}  // namespace onload_node
