// SPDX-License-Identifier: BSD-2-Clause
// What others have written about names: kernel command line, udev rules, .link files, and the bytes
// that a card tells of itself.
#include "core/formats/kernel_arguments.hpp"
#include "core/formats/vpd.hpp"
#include "core/naming/port_names.hpp"
#include "target.hpp"

#include <algorithm>

using namespace onload_node;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text = fuzz::text_of(data, size);
    for (const auto& argument : ifname_arguments(text)) {
        fuzz::require(!argument.name.empty());
        fuzz::require(text.find("ifname=" + argument.name + ":") != std::string::npos);
    }
    if (rules_give_name(text, "sf0")) {
        fuzz::require(text.find("=\"sf0\"") != std::string::npos);
    }
    const auto name = name_in_link_file(text);
    fuzz::require(name.find('\n') == std::string::npos && text.find(name) != std::string::npos);
    for (const auto& other : alternatives_in_link_file(text)) {
        fuzz::require(other.find('\n') == std::string::npos);
    }
    const auto vpd = parse_vpd(text);
    for (const auto& told : {vpd.part, vpd.serial}) {
        fuzz::require(std::all_of(told.begin(), told.end(), [](char c) {
            return c >= ' ' && c <= '~';
        }));
    }
    return 0;
}
