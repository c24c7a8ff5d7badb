// SPDX-License-Identifier: BSD-2-Clause
#include "system/files/new_file.hpp"

#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "system/files/directories.hpp"
#include "system/files/file_bytes.hpp"
#include "system/system_error.hpp"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace onload_node {

namespace {

tl::unexpected<Error> already_there(const std::string& path) {
    return failure(ErrorCode::exists, path + " is there already; it is left as it is");
}

}  // namespace

Result<NewFile> NewFile::make(const std::string& path) {
    if (::faccessat(AT_FDCWD, path.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
        return already_there(path);
    }
    const auto directory = parent_directory(path);
    UniqueFd fd(::open(directory.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600));
    if (!fd.valid()) {
        return errno_failure("cannot make a file in " + directory, errno);
    }
    return NewFile(std::move(fd), path);
}

Result<NewFile> NewFile::standard_output() {
    UniqueFd fd(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0));
    if (!fd.valid()) {
        return errno_failure("cannot write to standard output", errno);
    }
    return NewFile(std::move(fd), "");
}

Result<void> NewFile::write(std::span<const std::byte> bytes) {
    return write_all(fd_.get(), bytes, path_.empty() ? "to standard output" : "to " + path_);
}

Result<void> NewFile::publish() {
    if (path_.empty()) {
        return {};
    }
    if (::fsync(fd_.get()) != 0) {
        return errno_failure(compose("cannot write {} to the disk", path_), errno);
    }
    const std::string open_file =
        compose("{}{}", paths::own_descriptors, std::to_string(fd_.get()));
    if (::linkat(AT_FDCWD, open_file.c_str(), AT_FDCWD, path_.c_str(), AT_SYMLINK_FOLLOW) != 0) {
        return errno == EEXIST ? already_there(path_)
                               : errno_failure("cannot make " + path_, errno);
    }
    return sync_directory(parent_directory(path_));
}

}  // namespace onload_node
