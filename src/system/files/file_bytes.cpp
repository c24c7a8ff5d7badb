// SPDX-License-Identifier: BSD-2-Clause
#include "system/files/file_bytes.hpp"

#include "base/handle.hpp"
#include "base/sizes.hpp"
#include "base/text.hpp"
#include "system/system_error.hpp"

#include <algorithm>
#include <cerrno>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace onload_node {

namespace {

constexpr std::size_t max_file_bytes = 256 * mebibyte;
constexpr std::size_t max_text_bytes = 16 * mebibyte;
/// Attributes of the kernel report no size; they fit into one page.
constexpr std::size_t least_buffer = 4096;
constexpr std::size_t most_buffer = std::size_t{64} * 1024;

Result<UniqueFd> open_regular(const std::string& path, Links links) {
    // O_NONBLOCK: opening a FIFO would otherwise wait for a writer before we could see what it is.
    int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
    if (links == Links::refuse) {
        flags |= O_NOFOLLOW;
    }
    UniqueFd file(::open(path.c_str(), flags));
    if (!file.valid()) {
        if (errno == ELOOP && links == Links::refuse) {
            return failure(
                ErrorCode::io,
                compose("cannot read {}: it is a symbolic link, a file is needed", path)
            );
        }
        return errno_failure("cannot read " + path, errno);
    }

    return file;
}

Result<std::size_t> size_of_regular(int fd, const std::string& path) {
    struct stat status {};

    if (::fstat(fd, &status) != 0) {
        return errno_failure("cannot read " + path, errno);
    }
    if (!S_ISREG(status.st_mode)) {
        return failure(ErrorCode::io, compose("cannot read {}: it is not a regular file", path));
    }
    return static_cast<std::size_t>(std::max<off_t>(status.st_size, 0));
}

/// Reads to the end of the file, whatever size it reports. It uses a buffer, because growing the
/// result fills it with zeros, which costs as much as reading a large module.
template <typename Bytes>
Result<Bytes> read_to_end(int fd, const std::string& path, std::size_t limit) {
    const auto size = TRY(size_of_regular(fd, path));
    const auto too_large = [&] {
        return failure(
            ErrorCode::io,
            compose(
                "cannot read {}: it is larger than {} MiB", path, std::to_string(limit / mebibyte)
            )
        );
    };
    if (size > limit) {
        return too_large();
    }
    Bytes bytes;
    bytes.reserve(size);
    // One byte more than reported: a small file and its end then take two reads.
    std::vector<typename Bytes::value_type> buffer(std::clamp(size + 1, least_buffer, most_buffer));
    for (;;) {
        const ssize_t count = ::read(fd, buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return errno_failure("cannot read " + path, errno);
        }
        if (count == 0) {
            return bytes;
        }
        if (bytes.size() + static_cast<std::size_t>(count) > limit) {
            return too_large();
        }
        bytes.insert(bytes.end(), buffer.begin(), buffer.begin() + count);
    }
}

template <typename Bytes>
Result<Bytes> read_regular(const std::string& path, Links links, std::size_t limit) {
    const auto file = TRY(open_regular(path, links));
    return read_to_end<Bytes>(file.get(), path, limit);
}

}  // namespace

Result<std::vector<std::byte>> read_file_bytes(const std::string& path, Links links) {
    return read_regular<std::vector<std::byte>>(path, links, max_file_bytes);
}

Result<std::vector<std::byte>> read_open_file(int fd, const std::string& path) {
    return read_to_end<std::vector<std::byte>>(fd, path, max_file_bytes);
}

Result<std::string> read_text_file(const std::string& path) {
    return read_regular<std::string>(path, Links::follow, max_text_bytes);
}

Result<void> write_all(int fd, std::span<const std::byte> bytes, const std::string& name) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(fd, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return errno_failure("cannot write " + name, errno);
        }
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return {};
}

int write_attribute(const std::string& path, const std::string& value) {
    const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!fd.valid()) {
        return errno;
    }
    return ::write(fd.get(), value.data(), value.size()) < 0 ? errno : 0;
}

}  // namespace onload_node
