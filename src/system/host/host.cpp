// SPDX-License-Identifier: BSD-2-Clause
#include "system/host/host.hpp"

#include "core/model/paths.hpp"
#include "system/files/file_bytes.hpp"
#include "system/system_error.hpp"

#include <cerrno>
#include <utility>

#include <sys/utsname.h>
#include <unistd.h>

namespace onload_node {

namespace {

std::string without_line_end(std::string text) {
    while (!text.empty() && text.back() == '\n') {
        text.pop_back();
    }
    return text;
}

}  // namespace

SystemHost::SystemHost(std::string root) : root_(std::move(root)) {}

Result<HostFacts> SystemHost::facts() const {
    struct utsname system {};

    if (::uname(&system) != 0) {
        return errno_failure("cannot ask for the kernel release", errno);
    }
    auto boot_id = read_text_file(root_ + std::string(paths::boot_id));
    if (!boot_id) {
        return failure("cannot learn the boot id", boot_id.error());
    }
    auto command_line = read_text_file(root_ + std::string(paths::kernel_command_line));
    if (!command_line) {
        return failure("cannot learn the kernel command line", command_line.error());
    }
    return HostFacts{
        static_cast<const char*>(system.release),
        without_line_end(std::move(*boot_id)),
        without_line_end(std::move(*command_line)),
        ::geteuid() == 0};
}

}  // namespace onload_node
