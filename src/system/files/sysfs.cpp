// SPDX-License-Identifier: BSD-2-Clause
#include "system/files/sysfs.hpp"

#include "base/unique_fd.hpp"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace onload_node {

int write_attribute(const std::string& path, const std::string& value) {
    const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!fd.valid()) {
        return errno;
    }
    return ::write(fd.get(), value.data(), value.size()) < 0 ? errno : 0;
}

}  // namespace onload_node
