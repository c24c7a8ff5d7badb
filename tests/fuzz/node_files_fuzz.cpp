// SPDX-License-Identifier: BSD-2-Clause
// What the kernel and an administrator have written: routes, mounts, sfptpd's configuration.
#include "core/formats/network_mounts.hpp"
#include "core/formats/routes.hpp"
#include "core/formats/sfptpd_config.hpp"
#include "target.hpp"

#include <algorithm>

using namespace onload_node;

namespace {

/// One word, and one of the text.
void require_word(std::string_view word, const std::string& text) {
    fuzz::require(!word.empty() && word.find_first_of(" \t\r\n") == std::string_view::npos);
    fuzz::require(text.find(word) != std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text = fuzz::text_of(data, size);
    for (const auto name : default_routes(text)) {
        require_word(name, text);
    }
    for (const auto name : default_routes_6(text)) {
        require_word(name, text);
        fuzz::require(name != "lo");
    }
    for (const auto& mount : network_mounts(text)) {
        require_word(mount.point, text);
        fuzz::require(text.find(mount.address) != std::string::npos);
    }
    for (const auto& name : parse_sfptpd_config(text).interfaces) {
        require_word(name, text);
        fuzz::require(name != "system");
    }
    return 0;
}
