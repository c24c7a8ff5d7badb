// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/sfptpd_config.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace onload_node {

namespace {

constexpr std::array<std::string_view, 3> types_with_interface = {"ptp", "pps", "freerun"};

/// What freerun calls the clock of the system, which needs no interface.
constexpr std::string_view no_interface = "system";

/// Sfptpd does not tell "-" and "_" apart here.
std::string key_of(std::string_view word) {
    std::string key(word);
    std::ranges::replace(key, '-', '_');
    return key;
}

/// What the lines of the file say, before it is known which of it counts.
struct Sections {
    std::vector<std::pair<std::string, std::string>> instances;  ///< type and name
    std::map<std::string, std::string> interfaces;               ///< by section
};

Sections read_sections(std::string_view text) {
    Sections found;
    std::string section;
    while (!text.empty()) {
        const auto line = take_until(text, "\n");
        const auto words = words_of(line.substr(0, line.find('#')));
        if (words.empty()) {
            continue;
        }
        const std::string_view first = words.front();
        if (first.front() == '[') {
            section = key_of(first.substr(1, first.find(']') - 1));
        } else if (key_of(first) == "sync_module" && words.size() > 2) {
            for (std::size_t i = 2; i < words.size(); ++i) {
                found.instances.emplace_back(words[1], key_of(words[i]));
            }
        } else if (first == "interface" && words.size() > 1) {
            found.interfaces[section] = words[1];
        }
    }
    return found;
}

}  // namespace

SfptpdConfig parse_sfptpd_config(std::string_view text) {
    const Sections found = read_sections(text);
    SfptpdConfig config;
    for (const auto& [type, name] : found.instances) {
        if (!contains(types_with_interface, type)) {
            continue;
        }
        auto named = found.interfaces.find(name);
        named = named == found.interfaces.end() ? found.interfaces.find(type) : named;
        if (named == found.interfaces.end()) {
            config.needs_port = true;
        } else if (named->second != no_interface && !contains(config.interfaces, named->second)) {
            config.interfaces.push_back(named->second);
        }
    }
    return config;
}

}  // namespace onload_node
