// SPDX-License-Identifier: BSD-2-Clause
#include "system/files/write_all.hpp"

#include "system/system_error.hpp"

#include <cerrno>

#include <unistd.h>

namespace onload_node {

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

}  // namespace onload_node
