// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace onload_node {

/// A file system of another machine.
struct NetworkMount {
    std::string point;    ///< as the kernel writes it: a space is "\040"
    std::string address;  ///< of the server; empty if the kernel does not tell
};

/// Those of /proc/self/mountinfo (proc(5)). NFS and SMB tell their server's address as the option
/// `addr`, Ceph does not.
[[nodiscard]] std::vector<NetworkMount> network_mounts(std::string_view text);

/// The value of a key in "key=value,key=value"; empty if it is not there.
[[nodiscard]] std::string_view option_value(std::string_view options, std::string_view key);

}  // namespace onload_node
