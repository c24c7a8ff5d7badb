// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/vpd.hpp"

#include <algorithm>

namespace onload_node {

namespace {

constexpr unsigned large_resource = 0x80;
constexpr unsigned read_only_part = 0x90;
constexpr unsigned end_tag = 0x78;

unsigned byte_at(std::string_view bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes[at]);
}

/// Cards pad with blanks and zeros. Garbage from a damaged card must not reach a terminal.
std::string printable(std::string_view text) {
    std::string clean(text.substr(0, text.find('\0')));
    std::erase_if(clean, [](char c) { return c < ' ' || c > '~'; });
    clean.erase(clean.find_last_not_of(' ') + 1);
    return clean;
}

void read_keywords(std::string_view rest, Vpd& vpd) {
    constexpr std::size_t header = 3;
    while (rest.size() >= header) {
        const auto keyword = rest.substr(0, 2);
        const std::size_t length = std::min<std::size_t>(byte_at(rest, 2), rest.size() - header);
        const auto value = rest.substr(header, length);
        if (keyword == "PN") {
            vpd.part = printable(value);
        } else if (keyword == "SN") {
            vpd.serial = printable(value);
        }
        rest.remove_prefix(header + length);
    }
}

}  // namespace

Vpd parse_vpd(std::string_view bytes) {
    Vpd vpd;
    while (!bytes.empty()) {
        const unsigned tag = byte_at(bytes, 0);
        const bool large = (tag & large_resource) != 0;
        const std::size_t header = large ? 3 : 1;
        if (tag == end_tag || bytes.size() < header) {
            break;
        }
        const std::size_t told =
            large ? byte_at(bytes, 1) | byte_at(bytes, 2) << 8U : std::size_t{tag & 7U};
        const std::size_t length = std::min(told, bytes.size() - header);
        if (tag == read_only_part) {
            read_keywords(bytes.substr(header, length), vpd);
        }
        bytes.remove_prefix(header + length);
    }
    return vpd;
}

}  // namespace onload_node
