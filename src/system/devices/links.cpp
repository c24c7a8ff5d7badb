// SPDX-License-Identifier: BSD-2-Clause
#include "system/devices/links.hpp"

#include "base/handle.hpp"
#include "core/model/identifiers.hpp"
#include "system/system_error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>
#include <utility>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace onload_node {

namespace {

/// Bytes of the largest message that the kernel makes in a dump.
constexpr std::size_t buffer_bytes = 32768;

/// The kernel answers at once; a missing answer must not hold up the boot.
constexpr timeval answer_limit{2, 0};

struct Question {
    nlmsghdr header;
    ifinfomsg link;
    rtattr attribute;
    std::uint32_t mask;
};

/// A socket to which the kernel will answer; not valid if it could not be asked.
UniqueFd asked(const void* question, std::size_t size) {
    UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    const bool sent =
        socket.valid() &&
        ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &answer_limit, sizeof(answer_limit)) ==
            0 &&
        ::send(socket.get(), question, size, 0) >= 0;
    return sent ? std::move(socket) : UniqueFd();
}

Question question() {
    Question ask{};
    ask.header.nlmsg_len = sizeof(ask);
    ask.header.nlmsg_type = RTM_GETLINK;
    ask.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    ask.attribute.rta_type = IFLA_EXT_MASK;
    ask.attribute.rta_len = sizeof(ask.attribute) + sizeof(ask.mask);
    ask.mask = RTEXT_FILTER_SKIP_STATS;
    return ask;
}

/// Calls `use(type, value, length)` for each attribute.
template <typename Use>
void for_each_attribute(const std::byte* at, std::size_t size, Use use) {
    rtattr attribute{};
    while (size >= sizeof(attribute)) {
        std::memcpy(&attribute, at, sizeof(attribute));
        const std::size_t length = attribute.rta_len;
        if (length < sizeof(attribute) || length > size) {
            return;
        }
        use(attribute.rta_type & NLA_TYPE_MASK, at + sizeof(attribute), length - sizeof(attribute));
        const std::size_t step = std::min<std::size_t>(RTA_ALIGN(length), size);
        at += step;
        size -= step;
    }
}

std::string text_of(const std::byte* at, std::size_t size) {
    const auto* const text = reinterpret_cast<const char*>(at);
    return {text, ::strnlen(text, size)};
}

void read_link(const std::byte* at, std::size_t size, AlternativeNames& names) {
    std::string name;
    for_each_attribute(at, size, [&](int type, const std::byte* value, std::size_t length) {
        if (type == IFLA_IFNAME) {
            // The kernel sends the name first.
            name = text_of(value, length);
        } else if (type == IFLA_PROP_LIST) {
            for_each_attribute(
                value,
                length,
                [&](int kind, const std::byte* other, std::size_t bytes) {
                    if (kind == IFLA_ALT_IFNAME) {
                        names.emplace_back(name, text_of(other, bytes));
                    }
                }
            );
        }
    });
}

/// Reads one datagram of the answer; false when it was the last.
bool read_answer(const std::byte* at, std::size_t size, AlternativeNames& names) {
    nlmsghdr header{};
    while (size >= sizeof(header)) {
        std::memcpy(&header, at, sizeof(header));
        const std::size_t length = header.nlmsg_len;
        if (length < sizeof(header) || length > size || header.nlmsg_type == NLMSG_DONE ||
            header.nlmsg_type == NLMSG_ERROR) {
            return false;
        }
        constexpr std::size_t skipped = NLMSG_LENGTH(sizeof(ifinfomsg));
        if (header.nlmsg_type == RTM_NEWLINK && length >= skipped) {
            read_link(at + skipped, length - skipped, names);
        }
        const std::size_t step = std::min<std::size_t>(NLMSG_ALIGN(length), size);
        at += step;
        size -= step;
    }
    return true;
}

}  // namespace

Result<AlternativeNames> alternative_names() {
    const auto failed = [] { return errno_failure("cannot ask the kernel for interfaces", errno); };
    const Question ask = question();
    const UniqueFd socket = asked(&ask, sizeof(ask));
    if (!socket.valid()) {
        return failed();
    }
    AlternativeNames names;
    std::vector<std::byte> buffer(buffer_bytes);
    for (;;) {
        const ssize_t count = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return failed();
        }
        if (count == 0 || !read_answer(buffer.data(), static_cast<std::size_t>(count), names)) {
            return names;
        }
    }
}

namespace {

bool is_address(const sockaddr* address) {
    if (address == nullptr) {
        return false;
    }
    if (address->sa_family == AF_INET6) {
        sockaddr_in6 six{};
        std::memcpy(&six, address, sizeof(six));
        return IN6_IS_ADDR_LINKLOCAL(&six.sin6_addr) == 0;
    }
    return address->sa_family == AF_INET;
}

struct FreeAddresses {
    void operator()(ifaddrs* list) const { ::freeifaddrs(list); }
};

}  // namespace

Result<std::vector<Link>> network_links() {
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0) {
        return errno_failure("cannot ask the kernel for addresses", errno);
    }
    const std::unique_ptr<ifaddrs, FreeAddresses> owner(list);
    std::vector<Link> links;
    for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
        auto found = std::ranges::find(links, entry->ifa_name, &Link::name);
        if (found == links.end()) {
            links.push_back({entry->ifa_name});
            found = links.end() - 1;
        }
        found->carrier |= (entry->ifa_flags & IFF_RUNNING) != 0;
        found->addressed |= is_address(entry->ifa_addr);
    }
    return links;
}

namespace {

/// As the kernel wants it: the header, the route asked for, and after it its addresses.
struct RouteQuestion {
    nlmsghdr header;
    rtmsg route;
    std::array<std::byte, 2 * RTA_SPACE(sizeof(in6_addr))> attributes;
};

/// False if the text is no address of the question's family.
bool append_address(RouteQuestion& ask, unsigned short type, const std::string& text) {
    const std::size_t length = ask.route.rtm_family == AF_INET ? sizeof(in_addr) : sizeof(in6_addr);
    rtattr attribute{};
    attribute.rta_type = type;
    attribute.rta_len = static_cast<unsigned short>(RTA_LENGTH(length));
    std::byte* const at = reinterpret_cast<std::byte*>(&ask) + ask.header.nlmsg_len;
    std::memcpy(at, &attribute, sizeof(attribute));
    ask.header.nlmsg_len += static_cast<std::uint32_t>(RTA_SPACE(length));
    return ::inet_pton(ask.route.rtm_family, text.c_str(), at + sizeof(attribute)) == 1;
}

RouteQuestion route_question(unsigned char family) {
    RouteQuestion ask{};
    ask.header.nlmsg_len = NLMSG_LENGTH(sizeof(rtmsg));
    ask.header.nlmsg_type = RTM_GETROUTE;
    ask.header.nlmsg_flags = NLM_F_REQUEST;
    ask.route.rtm_family = family;
    const unsigned char bits = family == AF_INET ? 32 : 128;
    ask.route.rtm_dst_len = bits;
    return ask;
}

}  // namespace

Result<std::string> routed_interface(const std::string& peer, const std::string& source) {
    const bool six = peer.find(':') != std::string::npos;
    RouteQuestion ask = route_question(six ? AF_INET6 : AF_INET);
    if (!append_address(ask, RTA_DST, peer) ||
        (!source.empty() && !append_address(ask, RTA_SRC, source))) {
        return failure(ErrorCode::not_found, "no address: " + peer);
    }
    ask.route.rtm_src_len = source.empty() ? 0 : ask.route.rtm_dst_len;
    const UniqueFd socket = asked(&ask, ask.header.nlmsg_len);
    std::array<std::byte, 4096> buffer{};
    const ssize_t count = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
    nlmsghdr header{};
    constexpr std::size_t skipped = NLMSG_LENGTH(sizeof(rtmsg));
    if (count < static_cast<ssize_t>(skipped)) {
        return errno_failure("cannot ask the kernel for a route", errno);
    }
    std::memcpy(&header, buffer.data(), sizeof(header));
    std::array<char, IF_NAMESIZE> name{};
    if (header.nlmsg_type == RTM_NEWROUTE) {
        for_each_attribute(
            buffer.data() + skipped,
            static_cast<std::size_t>(count) - skipped,
            [&](int type, const std::byte* value, std::size_t length) {
                unsigned index = 0;
                if (type == RTA_OIF && length == sizeof(index)) {
                    std::memcpy(&index, value, sizeof(index));
                    ::if_indextoname(index, name.data());
                }
            }
        );
    }
    return name[0] == '\0' ? failure(ErrorCode::not_found, "no route to " + peer)
                           : Result<std::string>(name.data());
}

namespace {

/// Has the driver of an interface answer the question that begins at `data`. False if it does not.
bool ask_driver(const std::string& interface, void* data) {
    const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket.valid() || interface.size() > max_interface_name_length) {
        return false;
    }
    ifreq request{};
    interface.copy(static_cast<char*>(request.ifr_name), max_interface_name_length);
    request.ifr_data = static_cast<char*>(data);
    return ::ioctl(socket.get(), SIOCETHTOOL, &request) == 0;
}

}  // namespace

std::string firmware_version(const std::string& interface) {
    ethtool_drvinfo answer{};
    answer.cmd = ETHTOOL_GDRVINFO;
    if (!ask_driver(interface, &answer)) {
        return "";
    }
    const char* const version = static_cast<const char*>(answer.fw_version);
    const std::string text(version, ::strnlen(version, sizeof(answer.fw_version)));
    // What the kernel puts there for a driver that has none.
    return text == "N/A" ? "" : text;
}

std::optional<MacAddress> permanent_mac(const std::string& interface) {
    MacAddress mac;
    // The kernel writes the address after the header.
    alignas(ethtool_perm_addr) std::array<std::byte, sizeof(ethtool_perm_addr) + sizeof(mac.octets)>
        buffer{};
    ethtool_perm_addr question{};
    question.cmd = ETHTOOL_GPERMADDR;
    question.size = static_cast<__u32>(mac.octets.size());
    std::memcpy(buffer.data(), &question, sizeof(question));
    if (!ask_driver(interface, buffer.data())) {
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
