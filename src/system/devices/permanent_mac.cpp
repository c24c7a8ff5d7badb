// SPDX-License-Identifier: BSD-2-Clause
#include "system/devices/permanent_mac.hpp"

#include "base/unique_fd.hpp"
#include "core/model/interface_name.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace onload_node {

std::optional<MacAddress> permanent_mac(const std::string& interface) {
    const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket.valid() || interface.size() > max_interface_name_length) {
        return std::nullopt;
    }
    MacAddress mac;
    // The kernel writes the address behind the header.
    alignas(ethtool_perm_addr) std::array<std::byte, sizeof(ethtool_perm_addr) + sizeof(mac.octets)>
        buffer{};
    ethtool_perm_addr question{};
    question.cmd = ETHTOOL_GPERMADDR;
    question.size = static_cast<__u32>(mac.octets.size());
    std::memcpy(buffer.data(), &question, sizeof(question));

    ifreq request{};
    interface.copy(static_cast<char*>(request.ifr_name), max_interface_name_length);
    request.ifr_data = reinterpret_cast<char*>(buffer.data());
    if (::ioctl(socket.get(), SIOCETHTOOL, &request) != 0) {
        return std::nullopt;
    }
    ethtool_perm_addr answer{};
    std::memcpy(&answer, buffer.data(), sizeof(answer));
    if (answer.size != mac.octets.size()) {
        return std::nullopt;
    }
    std::memcpy(mac.octets.data(), buffer.data() + sizeof(answer), mac.octets.size());
    return mac == MacAddress{} ? std::nullopt : std::optional(mac);
}

}  // namespace onload_node
