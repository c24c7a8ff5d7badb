// SPDX-License-Identifier: BSD-2-Clause
#include "device_plugin/socket_identity.hpp"

#include "base/unique_fd.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace onload_node::device_plugin {

std::optional<SocketIdentity> socket_identity(const std::string& path) {
    struct stat found = {};
    if (::lstat(path.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode)) {
        return std::nullopt;
    }
    return SocketIdentity{found.st_dev, found.st_ino, found.st_ctim.tv_sec, found.st_ctim.tv_nsec};
}

bool is_served(const std::string& path) {
    const UniqueFd client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    if (!client.valid() || path.size() >= sizeof address.sun_path) {
        return false;
    }
    path.copy(&address.sun_path[0], path.size());
    return ::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
           0;
}

}  // namespace onload_node::device_plugin
