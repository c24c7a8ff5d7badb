// SPDX-License-Identifier: BSD-2-Clause
#include "system/files/exchange.hpp"

#include "base/concat.hpp"
#include "system/system_error.hpp"

#include <cerrno>
#include <cstdio>

#include <fcntl.h>

namespace onload_node {

namespace {

int rename_with(const std::string& here, const std::string& there, unsigned flags) {
    return ::renameat2(AT_FDCWD, here.c_str(), AT_FDCWD, there.c_str(), flags);
}

}  // namespace

Result<void> put_in_place(const std::string& here, const std::string& there) {
    if (rename_with(here, there, RENAME_EXCHANGE) == 0) {
        return {};
    }
    // Nothing to exchange it with, yet.
    if (errno == ENOENT && rename_with(here, there, RENAME_NOREPLACE) == 0) {
        return {};
    }
    const int number = errno;
    const char* const hint = number == EXDEV    ? "; they are on different file systems"
                             : number == EINVAL ? "; this file system cannot exchange two names"
                                                : "";
    return errno_failure(concat({"cannot put ", here, " in the place of ", there, hint}), number);
}

}  // namespace onload_node
