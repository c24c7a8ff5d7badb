// SPDX-License-Identifier: BSD-2-Clause
#include "system/files/work_area.hpp"

#include "base/pieces.hpp"
#include "base/text.hpp"
#include "system/files/byte_streams.hpp"
#include "system/files/content_digest.hpp"
#include "system/files/directories.hpp"
#include "system/files/file_bytes.hpp"
#include "system/system_error.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

namespace onload_node {

namespace {

constexpr std::size_t copy_size = std::size_t{128} * 1024;
constexpr mode_t permission_bits = 0777;
constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

/// `Reader` is an EntrySource or a ByteStream: both are read in the same way.
template <typename Reader>
Result<void> copy_all(Reader& content, int fd, const std::string& name) {
    std::array<std::byte, copy_size> buffer;  // NOLINT: filled before it is read
    return for_each_piece(content, buffer, [&](std::span<const std::byte> piece) {
        return write_all(fd, piece, name);
    });
}

/// Opens a directory below another and makes it first if `make` is set. Follows no links.
Result<UniqueFd>
step_into(int parent, const std::string& name, const std::string& path, bool make) {
    if (make && ::mkdirat(parent, name.c_str(), 0755) == 0) {
        // mkdir(2) applied the umask.
        if (::fchmodat(parent, name.c_str(), 0755, 0) != 0) {
            return errno_failure("cannot set the mode of " + path, errno);
        }
    } else if (make && errno != EEXIST) {
        return errno_failure("cannot make the directory " + path, errno);
    }
    UniqueFd fd(::openat(parent, name.c_str(), directory_flags));
    if (!fd.valid() && (errno == ELOOP || errno == ENOTDIR)) {
        return failure(
            ErrorCode::mismatch, compose("refused: {} is a link or a file, and has entries", path)
        );
    }
    if (!fd.valid()) {
        return errno_failure("cannot open the directory " + path, errno);
    }
    return fd;
}

std::string last_name(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

/// Gets rid of what an exchange has left at `part`: a link goes, a directory moves to `aside`, or
/// beside it where that is taken.
Result<void> set_aside(const std::string& part, const std::string& aside) {
    constexpr int most = 9;
    if (::unlink(part.c_str()) == 0 || errno == ENOENT) {
        return {};
    }
    for (int number = 1; number <= most; ++number) {
        const auto name = number == 1 ? aside : compose("{}-{}", aside, std::to_string(number));
        if (::renameat2(AT_FDCWD, part.c_str(), AT_FDCWD, name.c_str(), RENAME_NOREPLACE) == 0) {
            return {};
        }
        if (errno != EEXIST) {
            break;
        }
    }
    return errno_failure(compose("cannot rename {} to {}", part, aside), errno);
}

/// Where both are on one file system that can do so, they share their blocks until one is written.
Result<void> copy_file(const std::string& from, const std::string& to, mode_t mode) {
    UniqueFd source(::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!source.valid()) {
        return errno_failure("cannot read " + from, errno);
    }
    const UniqueFd copy(
        ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)
    );
    if (!copy.valid() || ::fchmod(copy.get(), mode & permission_bits) != 0) {
        return errno_failure("cannot make " + to, errno);
    }
    if (::ioctl(copy.get(), FICLONE, source.get()) == 0) {
        return {};
    }
    const auto content = descriptor_stream(source.release(), from);
    return copy_all(*content, copy.get(), to);
}

/// Not its content.
Result<void> copy_entry(const std::string& from, const std::string& to) {
    struct stat status {};

    if (::lstat(from.c_str(), &status) != 0) {
        return errno_failure("cannot look at " + from, errno);
    }
    if (S_ISREG(status.st_mode)) {
        return copy_file(from, to, status.st_mode);
    }
    if (S_ISLNK(status.st_mode)) {
        std::error_code error;
        const auto text = std::filesystem::read_symlink(from, error).string();
        const bool made = !error && ::symlink(text.c_str(), to.c_str()) == 0;
        return made ? Result<void>() : errno_failure("cannot make the link " + to, errno);
    }
    const bool made = S_ISDIR(status.st_mode) && ::mkdir(to.c_str(), 0700) == 0 &&
                      ::chmod(to.c_str(), status.st_mode & permission_bits) == 0;
    return made ? Result<void>() : errno_failure(compose("cannot copy {}", from), errno);
}

Result<void> copy_all_below(const std::string& from, const std::string& to) {
    TRY(copy_entry(from, to));
    std::error_code error;
    if (!std::filesystem::is_directory(std::filesystem::symlink_status(from, error))) {
        return {};
    }
    std::filesystem::recursive_directory_iterator entry(from, error);
    for (; !error && entry != std::filesystem::end(entry); entry.increment(error)) {
        const auto path = entry->path().string();
        TRY(copy_entry(path, to + path.substr(from.size())));
    }
    return error ? errno_failure("cannot read " + from, error.value()) : Result<void>();
}

}  // namespace

SystemWorkArea::SystemWorkArea(std::string root, const std::string& path)
    : root_(std::move(root)), location_(root_ + path) {}

Result<void> SystemWorkArea::begin() {
    TRY(discard());
    return make_directories(location_);
}

Result<void> SystemWorkArea::discard() {
    fd_.reset();
    current_.clear();
    return remove_directory(location_);
}

/// Makes `directory` the current one; "" is the area itself.
Result<void> SystemWorkArea::go_to(std::string_view directory, Missing missing) {
    if (fd_.valid() && current_ == directory) {
        return {};
    }
    UniqueFd fd(::open(location_.c_str(), directory_flags));
    if (!fd.valid()) {
        return errno_failure("cannot open the directory " + location_, errno);
    }
    std::string path = location_;
    std::string_view rest = directory;
    while (!rest.empty()) {
        const std::string name(take_until(rest, "/"));
        path += "/" + name;
        auto next = TRY(step_into(fd.get(), name, path, missing == Missing::make));
        fd = std::move(next);
    }
    fd_ = std::move(fd);
    current_ = directory;
    return {};
}

/// Makes the parent of a path the current directory; returns the last name of the path.
Result<std::string> SystemWorkArea::enter_parent(const std::string& path, Missing missing) {
    const auto slash = path.rfind('/');
    const auto parent = slash == std::string::npos ? std::string() : path.substr(0, slash);
    TRY(go_to(parent, missing));
    return last_name(path);
}

Result<void> SystemWorkArea::make_directory(const std::string& path) {
    return go_to(path);
}

Result<UniqueFd> SystemWorkArea::create(const std::string& path, bool executable) {
    const auto name = TRY(enter_parent(path));
    // An archive may hold a file twice: the later one counts, as for tar.
    if (::unlinkat(fd_.get(), name.c_str(), 0) != 0 && errno != ENOENT) {
        return errno_failure(compose("cannot replace {}/{}", location_, path), errno);
    }
    constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    UniqueFd fd(::openat(fd_.get(), name.c_str(), flags, 0600));
    if (!fd.valid() || ::fchmod(fd.get(), executable ? 0755 : 0644) != 0) {
        return errno_failure(compose("cannot make {}/{}", location_, path), errno);
    }
    return fd;
}

Result<void>
SystemWorkArea::write_file(const std::string& path, bool executable, EntrySource& content) {
    const auto fd = create(path, executable);
    return fd ? copy_all(content, fd->get(), compose("{}/{}", location_, path))
              : tl::unexpected(fd.error());
}

Result<void> SystemWorkArea::make_link(const std::string& path, const std::string& target) {
    const auto name = TRY(enter_parent(path));
    if (::unlinkat(fd_.get(), name.c_str(), 0) != 0 && errno != ENOENT) {
        return errno_failure(compose("cannot replace {}/{}", location_, path), errno);
    }
    if (::symlinkat(target.c_str(), fd_.get(), name.c_str()) != 0) {
        return errno_failure(compose("cannot make the link {}/{}", location_, path), errno);
    }
    return {};
}

Result<void> SystemWorkArea::make_hard_link(const std::string& path, const std::string& existing) {
    const auto source = TRY(enter_parent(existing, Missing::fail));
    const UniqueFd there(::fcntl(fd_.get(), F_DUPFD_CLOEXEC, 0));
    const auto name = TRY(enter_parent(path));
    if (::linkat(there.get(), source.c_str(), fd_.get(), name.c_str(), 0) != 0) {
        return errno_failure(
            compose("cannot make {}/{} another name of {}", location_, path, existing), errno
        );
    }
    return {};
}

Result<std::unique_ptr<ByteStream>> SystemWorkArea::open(const std::string& path) {
    const auto name = TRY(enter_parent(path, Missing::fail));
    const std::string full = compose("{}/{}", location_, path);
    const int fd = ::openat(fd_.get(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return errno_failure("cannot read " + full, errno);
    }
    return descriptor_stream(fd, full);
}

Result<void> SystemWorkArea::sync() {
    const UniqueFd fd(::open(location_.c_str(), directory_flags));
    // One call for all files: one call for each would wait for the disk each time.
    if (!fd.valid() || ::syncfs(fd.get()) != 0) {
        return errno_failure(compose("cannot write {} to the disk", location_), errno);
    }
    return {};
}

Result<void> SystemWorkArea::exchange(const std::string& path, const std::string& target) {
    const std::string there = root_ + target;
    TRY(make_directories(parent_directory(there)));
    const std::string here = compose("{}/{}", location_, path);
    TRY(put_in_place(here, there));
    fd_.reset();
    TRY(sync_directory(parent_directory(there)));
    return sync_directory(parent_directory(here));
}

Result<void> SystemWorkArea::install(const std::string& path, const std::string& target) {
    auto content = TRY(open(path));
    const std::string there = root_ + target;
    const std::string folder = parent_directory(there);
    TRY(make_directories(folder));
    // The name is always the same: what a killed run has left is replaced.
    const std::string part = compose("{}/.{}.new", folder, last_name(there));
    ::unlink(part.c_str());
    const UniqueFd fd(::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd.valid()) {
        return errno_failure("cannot make " + part, errno);
    }
    auto copied = copy_all(*content, fd.get(), part);
    if (copied && (::fchmod(fd.get(), 0755) != 0 || ::fsync(fd.get()) != 0 ||
                   ::rename(part.c_str(), there.c_str()) != 0)) {
        copied = errno_failure(compose("cannot put {} in place", there), errno);
    }
    if (!copied) {
        ::unlink(part.c_str());
        return copied;
    }
    return sync_directory(folder);
}

Result<void> SystemWorkArea::put_link(
    const std::string& target, const std::string& text, const std::string& aside
) {
    const std::string there = root_ + target;
    const std::string folder = parent_directory(there);
    TRY(make_directories(folder));
    // The name is always the same: what a killed run has left is found by it.
    const std::string part = compose("{}/.{}.new", folder, last_name(there));
    TRY(set_aside(part, root_ + aside));
    std::error_code error;
    if (std::filesystem::read_symlink(there, error) == text) {
        return {};
    }
    if (::symlink(text.c_str(), part.c_str()) != 0) {
        return errno_failure("cannot make the link " + part, errno);
    }
    TRY(put_in_place(part, there));
    TRY(set_aside(part, root_ + aside));
    return sync_directory(folder);
}

Result<std::string> SystemWorkArea::digest(const std::string& target) const {
    return content_digest(root_ + target);
}

Result<void> SystemWorkArea::copy_in(const std::string& target, const std::string& path) {
    fd_.reset();
    const std::string here = compose("{}/{}", location_, path);
    TRY(make_directories(parent_directory(here)));
    return copy_all_below(root_ + target, here);
}

Result<void> SystemWorkArea::take_away(const std::string& target) {
    const std::string there = root_ + target;
    const std::string gone = compose("{}/gone", location_);
    TRY(make_directories(gone));
    // Two of them may have the same name: a kernel's tree, and its sets.
    const std::string here = compose("{}/{}", gone, std::to_string(taken_away_++));
    if (::rename(there.c_str(), here.c_str()) != 0) {
        return errno == ENOENT ? Result<void>()
                               : errno_failure(compose("cannot take away {}", there), errno);
    }
    return sync_directory(parent_directory(there));
}

std::int64_t SystemWorkArea::modified(const std::string& target) const {
    constexpr std::int64_t nanoseconds = 1'000'000'000;

    struct stat status {};

    const bool there = ::lstat((root_ + target).c_str(), &status) == 0;
    return there ? status.st_mtim.tv_sec * nanoseconds + status.st_mtim.tv_nsec : 0;
}

}  // namespace onload_node
