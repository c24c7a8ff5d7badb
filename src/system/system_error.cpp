// SPDX-License-Identifier: BSD-2-Clause
#include "system/system_error.hpp"

#include "base/text.hpp"

#include <cerrno>
#include <system_error>

namespace onload_node {

ErrorCode code_of_errno(int number) {
    switch (number) {
    case ENOENT:
    case ENOTDIR:
    case ENODEV:
    case ENXIO:
        return ErrorCode::not_found;
    case EACCES:
    case EPERM:
    case EROFS:
        return ErrorCode::permission;
    case EBUSY:
    case EAGAIN:
        return ErrorCode::busy;
    case EEXIST:
        return ErrorCode::exists;
    case ETIMEDOUT:
        return ErrorCode::timeout;
    default:
        return ErrorCode::io;
    }
}

std::string text_of_errno(int number) {
    return std::generic_category().message(number);
}

tl::unexpected<Error> errno_failure(const std::string& context, int number) {
    return failure(code_of_errno(number), compose("{}: {}", context, text_of_errno(number)));
}

}  // namespace onload_node
