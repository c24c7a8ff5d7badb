// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/identifiers.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <optional>

namespace onload_node {

namespace {

std::optional<unsigned> hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return static_cast<unsigned>(c - '0');
    }
    if (c >= 'a' && c <= 'f') {
        return static_cast<unsigned>(c - 'a') + 10U;
    }
    if (c >= 'A' && c <= 'F') {
        return static_cast<unsigned>(c - 'A') + 10U;
    }
    return std::nullopt;
}

/// Takes a hexadecimal number of min..max digits off the front of `rest`.
std::optional<std::uint32_t> take_hex(std::string_view& rest, std::size_t min, std::size_t max) {
    std::uint32_t value = 0;
    std::size_t digits = 0;
    while (digits < max && digits < rest.size()) {
        const auto digit = hex_digit(rest[digits]);
        if (!digit) {
            break;
        }
        value = value * 16U + *digit;
        ++digits;
    }
    if (digits < min) {
        return std::nullopt;
    }
    rest.remove_prefix(digits);
    return value;
}

bool take_char(std::string_view& rest, char c) {
    if (rest.empty() || rest.front() != c) {
        return false;
    }
    rest.remove_prefix(1);
    return true;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_kernel_namespace(std::string_view text) {
    return text.size() > 3 && text.substr(0, 3) == "eth" &&
           std::all_of(text.begin() + 3, text.end(), is_digit);
}

}  // namespace

Result<PciAddress> PciAddress::parse(std::string_view text) {
    const auto bad = [text] {
        return failure(
            ErrorCode::config,
            compose("\"{}\" is not a PCI address; it is written like \"0000:3b:00.0\"", text)
        );
    };
    std::string_view rest = text;
    std::uint32_t domain = 0;
    if (std::count(text.begin(), text.end(), ':') == 2) {
        const auto value = take_hex(rest, 4, 8);
        if (!value || !take_char(rest, ':')) {
            return bad();
        }
        domain = *value;
    }
    const auto bus = take_hex(rest, 2, 2);
    if (!bus || !take_char(rest, ':')) {
        return bad();
    }
    const auto device = take_hex(rest, 2, 2);
    if (!device || *device > 31 || !take_char(rest, '.')) {
        return bad();
    }
    const auto function = take_hex(rest, 1, 1);
    if (!function || *function > 7 || !rest.empty()) {
        return bad();
    }
    return PciAddress{
        domain,
        static_cast<std::uint8_t>(*bus),
        static_cast<std::uint8_t>(*device),
        static_cast<std::uint8_t>(*function)};
}

std::string PciAddress::to_string() const {
    std::string text;
    text += hexadecimal(domain, 4);
    text += ':';
    text += hexadecimal(bus, 2);
    text += ':';
    text += hexadecimal(device, 2);
    text += '.';
    text += hexadecimal(function, 1);
    return text;
}

Result<MacAddress> MacAddress::parse(std::string_view text) {
    MacAddress mac;
    std::string_view rest = text;
    for (std::size_t i = 0; i < mac.octets.size(); ++i) {
        const bool separated = i == 0 || take_char(rest, ':') || take_char(rest, '-');
        const auto octet = separated ? take_hex(rest, 2, 2) : std::nullopt;
        if (!octet) {
            rest = "x";
            break;
        }
        mac.octets[i] = static_cast<std::uint8_t>(*octet);
    }
    if (!rest.empty()) {
        return failure(
            ErrorCode::config,
            compose("\"{}\" is not a MAC address; it is written like \"00:0f:53:01:02:03\"", text)
        );
    }
    return mac;
}

std::string MacAddress::to_string() const {
    std::string text;
    for (const auto octet : octets) {
        if (!text.empty()) {
            text += ':';
        }
        text += hexadecimal(octet, 2);
    }
    return text;
}

Result<InterfaceName> InterfaceName::parse(std::string_view text) {
    const auto bad = [text](const std::string& why) {
        return failure(
            ErrorCode::config, compose("\"{}\" cannot name an interface: {}", text, why)
        );
    };
    if (text.empty()) {
        return bad("it is empty");
    }
    if (text.size() > max_interface_name_length) {
        return bad(compose(
            "it has {} characters, the kernel takes {}",
            std::to_string(text.size()),
            std::to_string(max_interface_name_length)
        ));
    }
    const auto allowed = [](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
               c == '-' || c == '.';
    };
    if (!std::ranges::all_of(text, allowed)) {
        return bad("only letters, digits, '_', '-' and '.' are safe");
    }
    if (text == "." || text == ".." || text == "all" || text == "default" || text == "lo") {
        return bad("the name is reserved");
    }
    if (std::ranges::all_of(text, is_digit)) {
        return bad("a name of digits only is taken for an interface index");
    }
    if (is_kernel_namespace(text)) {
        return bad(
            "ethN belongs to the kernel, which may give it to another card; choose another prefix"
        );
    }
    return InterfaceName(text);
}

Result<ModuleName> ModuleName::parse(std::string_view text) {
    const auto allowed = [](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
               c == '-';
    };
    // 55: MODULE_NAME_LEN of the kernel (64 less a pointer) less the terminating zero.
    if (text.empty() || text.size() > 55 || !std::ranges::all_of(text, allowed)) {
        return failure(
            ErrorCode::config, compose("\"{}\" is not the name of a kernel module", text)
        );
    }
    std::string name(text);
    std::replace(name.begin(), name.end(), '-', '_');
    return ModuleName(std::move(name));
}

}  // namespace onload_node
