// SPDX-License-Identifier: BSD-2-Clause
// Names and addresses: what is accepted is spelt as it is read, and fits where it is to go.
#include "core/model/config.hpp"
#include "target.hpp"

using namespace onload_node;

namespace {

constexpr std::size_t longest_interface_name = 15;

void interface_name(const std::string& text) {
    if (const auto name = InterfaceName::parse(text)) {
        fuzz::require(name->str() == text);
        fuzz::require(!text.empty() && text.size() <= longest_interface_name);
        fuzz::require(text.find_first_of("/ \n\"%") == std::string::npos);
    }
}

void module_name(const std::string& text) {
    if (const auto name = ModuleName::parse(text)) {
        const auto again = ModuleName::parse(name->str());
        fuzz::require(again && *again == *name);
        fuzz::require(text.find('/') == std::string::npos);
    }
}

template <typename Address>
void address(const std::string& text) {
    if (const auto parsed = Address::parse(text)) {
        const auto again = Address::parse(parsed->to_string());
        fuzz::require(again && *again == *parsed);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text = fuzz::text_of(data, size);
    interface_name(text);
    module_name(text);
    address<PciAddress>(text);
    address<MacAddress>(text);
    if (const auto duration = parse_duration(text)) {
        fuzz::require(duration->count() >= 0);
    }
    return 0;
}
